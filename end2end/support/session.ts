import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the run keeps the session of its administrator, as Playwright stores it. */
export function sessionFile(): string {
  return join(process.env.LATCHKEY_END2END_FOLDER ?? '', 'session.json');
}

/** The cookie of that session, for what is sent without a browser. */
export function sessionCookie(): string {
  const { cookies } = JSON.parse(readFileSync(sessionFile(), 'utf8')) as { cookies: { name: string; value: string }[] };
  return cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
}

/** For specs in which nobody is signed in. */
export const NOBODY = { cookies: [], origins: [] };
