import { expect, type Page } from '@playwright/test';
import { ADMIN } from '../server.mjs';
import { field, unique } from './fixtures.js';
import { exchange, FORM } from './wire.js';

export const PASSWORD = 'tiefer Brunnen im Hof';

const address = () => `http://${process.env.LATCHKEY_END2END_ADDR ?? ''}`;

/** Adds a user who has yet to choose a password. Returns the link for it, as the administrator gets it. */
export async function addUser(role: 'reader' | 'editor' | 'admin'): Promise<{ name: string; link: string }> {
  const name = unique(role);
  const answer = await exchange(`${address()}/users/new`, { headers: FORM, body: new URLSearchParams({ username: name, role, current_password: ADMIN.password }).toString() });
  expect(answer.status, `adding ${name}`).toBe(200);
  const link = /\/choose-password\?token=[0-9a-f]{64}/.exec(answer.body.toString())?.[0];
  if (!link) throw new Error(`there is no link for ${name}`);
  return { name, link };
}

/** Adds a user with the password `PASSWORD`, and signs in as that user. */
export async function become(page: Page, role: 'reader' | 'editor' | 'admin'): Promise<string> {
  const { name, link } = await addUser(role);
  const body = new URLSearchParams({ password: PASSWORD, repeat_password: PASSWORD }).toString();
  const answer = await exchange(`${address()}${link}`, { headers: { ...FORM, cookie: '' }, body });
  expect(answer.status, `a password for ${name}`).toBe(303);
  const line = [answer.headers['set-cookie'] ?? []].flat().find((cookie) => cookie.startsWith('latchkey_session='));
  const value = line?.split(';')[0]?.split('=')[1] ?? '';
  await page.context().addCookies([{ name: 'latchkey_session', value, domain: '127.0.0.1', path: '/', httpOnly: true, sameSite: 'Lax' }]);
  return name;
}

/** Fills in the administrator's own password, which a form requires that grants something beyond the session. */
export async function prove(page: Page): Promise<void> {
  await field(page, 'Current password').fill(ADMIN.password);
}

/** Fills in the sign-in page, and submits it. */
export async function signIn(page: Page, { username, password }: { username: string; password: string }): Promise<void> {
  await field(page, 'Username').fill(username);
  await field(page, 'Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}
