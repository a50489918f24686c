import type { Browser, Page } from '@playwright/test';
import { expect, expectHeading, expectOverview, field, notice, open, row, sayYes, test, unique } from '../support/fixtures.js';
import { addUser, become, PASSWORD, prove, signIn } from '../support/people.js';
import { NOBODY } from '../support/session.js';

test('an administrator adds a user and passes the link on', async ({ page, faults }) => {
  faults.allowStatus(422);
  await open(page, '/users');
  await page.getByRole('link', { name: 'Add', exact: true }).click();
  await expectHeading(page, 'Add user');
  await field(page, 'Username').fill('Not A Name');
  await page.getByRole('button', { name: 'Add user' }).click();
  await expect(page.locator('#username-error')).toContainText('Use letters a to z');
  await expect(field(page, 'Username')).toHaveValue('Not A Name');
  const name = unique('zoe');
  await field(page, 'Username').fill(name);
  await field(page, 'Role').selectOption('editor');
  await field(page, 'Current password').fill('not the password');
  await page.getByRole('button', { name: 'Add user' }).click();
  await expect(page.locator('#current_password-error')).toContainText('This is not your current password.');
  await expect(field(page, 'Username')).toHaveValue(name);
  await expect(field(page, 'Role')).toHaveValue('editor');
  await expect(field(page, 'Current password')).toHaveValue('');
  await prove(page);
  await page.getByRole('button', { name: 'Add user' }).click();
  await expectHeading(page, 'User added');
  await expect(field(page, 'Link')).toHaveValue(/\/choose-password\?token=[0-9a-f]{64}$/);
  await page.getByRole('link', { name: 'Done' }).click();
  await expectHeading(page, `User ${name}`);
  await expect(page.getByText('Invited')).toBeVisible();
  await open(page, `/users?q=${name.slice(4)}`);
  await expect(row(page, { name })).toContainText('Editor');
  await row(page, { name }).getByRole('link', { name: `Edit ${name}` }).click();
  await expectHeading(page, `User ${name}`);
});

/** Signs in a user in another browser, on the list of secrets. */
async function elsewhere(browser: Browser, baseURL: string | undefined, role: 'reader' | 'editor'): Promise<{ name: string; other: Page }> {
  const theirs = await browser.newContext({ baseURL, storageState: NOBODY, javaScriptEnabled: false });
  const other = await theirs.newPage();
  const name = await become(other, role);
  await other.goto('/secrets');
  await expect(other.getByRole('heading', { name: 'Secrets' })).toBeVisible();
  return { name, other };
}

test('the role of a user is changed by an administrator', async ({ page, browser, baseURL, faults }) => {
  faults.allowStatus(401, 422);
  const { name, other } = await elsewhere(browser, baseURL, 'editor');
  await expect(other.getByRole('link', { name: 'Add', exact: true })).toBeVisible();
  await open(page, `/users/${name}`);
  await field(page, 'Role').selectOption('reader');
  await page.getByRole('button', { name: 'Change role' }).click();
  await expect(page.getByText(`Change the role of ${name} from Editor to Reader?`)).toBeVisible();
  await sayYes(page, 'Change role');
  await expect(page.locator('#current_password-error')).toContainText('Enter your current password.');
  await expect(page.getByText(`Change the role of ${name} from Editor to Reader?`)).toBeVisible();
  await prove(page);
  await sayYes(page, 'Change role');
  await expect(notice(page)).toContainText('Role changed.');
  await expect(field(page, 'Role')).toHaveValue('reader');
  await other.goto('/secrets');
  await signIn(other, { username: name, password: PASSWORD });
  await expect(other.getByRole('heading', { name: 'Secrets' })).toBeVisible();
  await expect(other.getByRole('link', { name: 'Add', exact: true })).toHaveCount(0);
  await other.context().close();
});

test('the sessions of a user are ended by an administrator', async ({ page, browser, baseURL }) => {
  const { name, other } = await elsewhere(browser, baseURL, 'reader');
  await open(page, `/users/${name}`);
  await page.getByRole('link', { name: 'End all sessions' }).click();
  await sayYes(page, 'End all sessions');
  await expect(notice(page)).toContainText('All sessions of this user ended.');
  await other.goto('/secrets');
  await expect(other.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await other.context().close();
});

test('a user is disabled, enabled and given a new password by an administrator', async ({ page, browser, baseURL, faults }) => {
  faults.allowStatus(401);
  const { name, other } = await elsewhere(browser, baseURL, 'reader');
  await open(page, `/users/${name}`);
  await page.getByRole('link', { name: 'Disable user' }).click();
  await sayYes(page, 'Disable user');
  await expect(notice(page)).toContainText('User disabled.');
  await other.goto('/sign-in');
  await signIn(other, { username: name, password: PASSWORD });
  await expect(other.getByRole('alert')).toContainText('Wrong username or password.');
  await other.context().close();
  await page.getByRole('link', { name: 'Enable user' }).click();
  await prove(page);
  await sayYes(page, 'Enable user');
  await expect(notice(page)).toContainText('User enabled.');
  await page.getByRole('link', { name: 'Reset password' }).click();
  await prove(page);
  await sayYes(page, 'Reset password');
  await expectHeading(page, 'Password link');
});

test.describe('as a reader', () => {
  test.use({ storageState: NOBODY });

  test('a reader sees secrets and their history, and only permitted actions', async ({ page, secrets: _ }) => {
    await become(page, 'reader');
    await open(page, '/secrets');
    await expect(page.getByRole('link', { name: 'Add', exact: true })).toHaveCount(0);
    await expect(page.getByRole('link', { name: /^(Edit|Delete) / })).toHaveCount(0);
    await expect(page.getByRole('navigation', { name: 'Main' }).getByRole('link')).toHaveText(['Overview', 'Search', 'Secrets', 'Images', 'Datasets', 'Tokens', 'Help']);
    await page.getByRole('link', { name: /^View / }).first().click();
    await expect(page.getByRole('heading', { name: 'History' })).toBeVisible();
    await expect(page.getByText('Encrypted, never shown')).toBeVisible();
  });

  for (const address of ['/secrets/new', '/users', '/users/new', '/audit', '/system']) {
    test(`${address} says who can help`, async ({ page, faults }) => {
      faults.allowStatus(403);
      await become(page, 'reader');
      const answer = await page.goto(address);
      expect(answer?.status()).toBe(403);
      await expectHeading(page, "You don't have access to this page");
      await expect(page.getByText(/Ask an administrator for another role: .*admin/)).toBeVisible();
    });
  }

  test('the account shows the user, changes the password and ends other sessions', async ({ page, browser, baseURL, faults }) => {
    faults.allowStatus(422);
    const name = await become(page, 'reader');
    const elsewhere = await browser.newContext({ baseURL, storageState: NOBODY, javaScriptEnabled: false, userAgent: 'Another browser' });
    const other = await elsewhere.newPage();
    await other.goto('/account');
    await signIn(other, { username: name, password: PASSWORD });
    await expect(other.getByRole('heading', { name: 'Account' })).toBeVisible();

    await open(page, '/account');
    await expect(page.getByText(`Signed in as ${name} (Reader:`)).toBeVisible();
    await page.getByRole('row', { name: /Another browser/ }).getByRole('link', { name: 'End session' }).click();
    await expect(page.getByText(/End the session on Another browser/)).toBeVisible();
    await sayYes(page, 'End session');
    await expect(notice(page)).toContainText('Session ended.');
    await expect(page.getByRole('row', { name: /Another browser/ })).toHaveCount(0);
    await other.goto('/account');
    await expect(other.getByRole('heading', { name: 'Sign in' })).toBeVisible();

    // A browser and its system by their names; all but this one end at once.
    const phone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1';
    const onPhone = await browser.newContext({ baseURL, storageState: NOBODY, javaScriptEnabled: false, userAgent: phone });
    const third = await onPhone.newPage();
    await third.goto('/account');
    await signIn(third, { username: name, password: PASSWORD });
    await expect(third.getByRole('row', { name: /Safari on iOS/ })).toContainText('This session');
    await open(page, '/account');
    await page.getByRole('link', { name: 'End all other sessions' }).click();
    await expect(page.getByText('End 1 other session?')).toBeVisible();
    await expect(page.getByRole('listitem').filter({ hasText: 'Safari on iOS' })).toBeVisible();
    await sayYes(page, 'End all other sessions');
    await expect(notice(page)).toContainText('All other sessions ended.');
    await expect(page.getByRole('link', { name: 'End all other sessions' })).toHaveCount(0);
    await third.goto('/account');
    await expect(third.getByRole('heading', { name: 'Sign in' })).toBeVisible();
    await onPhone.close();
    await elsewhere.close();

    await field(page, 'Current password').fill('not the password');
    await field(page, 'New password').fill('another password x');
    await field(page, 'Repeat password').fill('another password x');
    await page.getByRole('button', { name: 'Change password' }).click();
    await expect(page.locator('#current_password-error')).toContainText('This is not your current password.');
    await field(page, 'Current password').fill(PASSWORD);
    await field(page, 'New password').fill('another password x');
    await field(page, 'Repeat password').fill('another password x');
    await page.getByRole('button', { name: 'Change password' }).click();
    await expect(notice(page)).toContainText('Password changed.');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(page, { username: name, password: 'another password x' });
    await expectOverview(page);
  });
});

test('the last user of a page has a next page', async ({ page }) => {
  for (let number = 0; number < 3; number += 1) await addUser('reader');
  await open(page, '/users?q=no-such-user');
  await expect(page.getByText('No users match.')).toBeVisible();
  await page.getByRole('link', { name: 'Clear search' }).click();
  await expect(page).toHaveURL('/users');
});
