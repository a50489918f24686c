import type { Page } from '@playwright/test';
import { ADMIN } from '../server.mjs';
import { expect, expectHeading, expectList, expectOverview, field, notice, open, test, unique } from '../support/fixtures.js';
import { fill } from '../support/form.js';
import { addUser, signIn } from '../support/people.js';
import { NOBODY } from '../support/session.js';

test.describe('nobody is signed in', () => {
  test.use({ storageState: NOBODY });

  test('every address redirects to sign-in, and from there to the requested page', async ({ page }) => {
    await open(page, '/secrets?q=some+words&size=50');
    await expectHeading(page, 'Sign in');
    await expect(page.getByRole('navigation', { name: 'Main' })).toHaveCount(0);
    await signIn(page, ADMIN);
    await expectHeading(page, 'Secrets');
    await expect(page).toHaveURL('/secrets?q=some+words&size=50');
    await expect(field(page, 'Search')).toHaveValue('some words');
  });

  test('a wrong password keeps the name and the target, and reveals no users', async ({ page, faults }) => {
    faults.allowStatus(401);
    await open(page, '/sign-in?next=%2Ftokens');
    const name = unique('nobody');
    await signIn(page, { username: name, password: 'SENTINEL wrong password' });
    await expect(page.getByRole('alert')).toContainText('Wrong username or password.');
    await expect(field(page, 'Username')).toHaveValue(name);
    await expect(field(page, 'Password')).toHaveValue('');
    expect(await page.content()).not.toContain('SENTINEL');
    await signIn(page, ADMIN);
    await expectHeading(page, 'Tokens');
  });

  test('five failures lock the name', async ({ page, faults }) => {
    faults.allowStatus(401);
    faults.allowStatus(429);
    await open(page, '/sign-in');
    const name = unique('locked');
    for (let failure = 0; failure < 5; failure += 1) {
      await signIn(page, { username: name, password: 'a wrong password' });
      await expect(page.getByRole('alert')).toContainText('Wrong username or password.');
    }
    await signIn(page, { username: name.toUpperCase(), password: 'a wrong password' });
    await expect(page.getByRole('alert')).toContainText('Too many failed attempts for this username. Try again in 15 minutes');
  });

  test('a foreign target after sign-in redirects to the Overview', async ({ page }) => {
    await open(page, '/sign-in?next=//evil.example');
    await signIn(page, ADMIN);
    await expectOverview(page);
    expect(new URL(page.url()).hostname).toBe('127.0.0.1');
  });

  test('signing out ends the session on the server too', async ({ page, context }) => {
    await open(page, '/');
    await signIn(page, ADMIN);
    await expectOverview(page);
    const before = await context.cookies();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await expectHeading(page, 'Sign in');
    await expect(notice(page)).toContainText('You are signed out.');
    expect((await context.cookies()).filter(({ name }) => name === 'latchkey_session')).toEqual([]);
    await context.addCookies(before);
    await page.goto('/secrets');
    await expectHeading(page, 'Sign in');
  });

  test('a user chooses a password by a link that works once', async ({ page, request, faults }) => {
    faults.allowStatus(410);
    faults.allowStatus(422);
    const { name, link } = await addUser('reader');
    await open(page, link);
    await expectHeading(page, 'Choose a password');
    await expect(page.getByText(name)).toBeVisible();
    await field(page, 'New password').fill('short');
    await field(page, 'Repeat password').fill('short');
    await page.getByRole('button', { name: 'Save password' }).click();
    await expect(page.locator('#password-error')).toContainText('Use at least 12 characters.');
    await expect(field(page, 'New password')).toBeFocused();
    await field(page, 'New password').fill('tiefer Brunnen im Hof');
    await field(page, 'Repeat password').fill('tiefer Brunnen im Hof');
    await page.getByRole('button', { name: 'Save password' }).click();
    await expectOverview(page);
    await expect(page.getByText(name)).toBeVisible();
    expect((await request.get(link)).status()).toBe(410);
    await page.goto(link);
    await expectHeading(page, 'This link is no longer valid');
  });

  test('the setup link no longer works', async ({ page, faults }) => {
    faults.allowStatus(410);
    await page.goto('/setup?token=0123');
    await expectHeading(page, 'This link is no longer valid');
  });
});

test.describe('a session that ends while a form is open', () => {
  const typed = { display_name: 'Größe; "x"', registry_host: 'ghcr.io', username: 'robot', password: 'SENTINEL-draft' };

  // What was typed is kept only for a browser in which somebody has signed in.
  test.use({ storageState: NOBODY });

  async function halfDone(page: Page): Promise<string> {
    await open(page, '/secrets/new');
    await signIn(page, ADMIN);
    await expectHeading(page, 'Add secret');
    const name = unique('draft');
    await fill(page, { type: 'image-pull', name, ...typed, username: name });
    return name;
  }

  test('what was typed survives signing in again', async ({ page, context, hydrated, faults }) => {
    faults.allowStatus(401);
    const name = await halfDone(page);
    await context.clearCookies({ name: 'latchkey_session' });
    await page.getByRole('button', { name: 'Confirm' }).click();
    if (hydrated) {
      await expect(page.getByRole('alert')).toContainText('Your session had ended, so nothing was saved.');
      const tab = context.waitForEvent('page');
      await page.getByRole('link', { name: 'Sign in in another tab' }).click();
      const other = await tab;
      await signIn(other, ADMIN);
      await expectHeading(other, 'Overview');
      await expect(field(page, 'Password')).toHaveValue(typed.password);
    } else {
      await expectHeading(page, 'Sign in');
      await signIn(page, ADMIN);
      await expectHeading(page, 'Add secret');
      await expect(page.getByRole('alert')).toContainText('Your session had ended, so nothing was saved.');
      await expect(field(page, 'Password')).toHaveValue('');
      await field(page, 'Password').fill('again');
    }
    await expect(field(page, 'Name')).toHaveValue(name);
    await expect(field(page, 'Display Name')).toHaveValue(typed.display_name);
    await expect(field(page, 'Registry Host')).toHaveValue(typed.registry_host);
    await page.getByRole('button', { name: 'Confirm' }).click();
    await expectList(page);
    await expect(notice(page)).toContainText(`Secret saved: ${name}`);
    if (!hydrated) {
      await open(page, '/secrets/new');
      await expect(field(page, 'Name')).toHaveValue('');
    }
  });
});
