import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Returns the file with the session of the run's administrator, as Playwright stores it. */
export function sessionFile(): string {
  return join(process.env.LATCHKEY_END2END_FOLDER ?? '', 'session.json');
}

/** Returns the cookie of that session, for requests without a browser. */
export function sessionCookie(): string {
  const { cookies } = JSON.parse(readFileSync(sessionFile(), 'utf8')) as { cookies: { name: string; value: string }[] };
  return cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
}

/** The state of specs in which nobody is signed in. */
export const NOBODY = { cookies: [], origins: [] };
