// What cannot be undone needs a confirmation, on a page of its own that names the consequence.

import type { Page } from '@playwright/test';
import { expectAccessible } from '../support/accessibility.js';
import { expect, expectHeading, field, heading, notice, open, row, sayYes, test, type Stored } from '../support/fixtures.js';
import { sshKey } from '../support/ssh.js';
import { ADMIN } from '../server.mjs';
import { addUser, become } from '../support/people.js';
import { NOBODY } from '../support/session.js';

const fresh = (page: Page) => page.getByLabel('New public key', { exact: true });
const inUse = (page: Page) => page.getByRole('textbox', { name: 'Public key', exact: true });

/** Opens the page of an SSH key beside which a pending key waits. */
async function waiting(page: Page, secret: Stored): Promise<string> {
  await open(page, `/secrets/${secret.id}/key`);
  await page.getByRole('button', { name: 'Generate a new key pair' }).click();
  return fresh(page).inputValue();
}

test('a switch to a new key needs confirmation, and shows the result of its test', async ({ page, secrets }) => {
  const key = sshKey('old@here');
  const secret = await secrets.git({ secret: key.private });
  // Nothing listens on this port.
  await secrets.change(secret, { version: '1', repository: 'ssh://git@127.0.0.1:1/group/app.git', known_hosts: `[127.0.0.1]:1 ${key.public}` });
  await waiting(page, secret);
  await page.getByRole('button', { name: 'Test the new key' }).click();
  await expect(page.locator('.check-result')).toContainText('Unreachable');
  await page.getByRole('button', { name: 'Switch to the new key' }).click();
  await expectHeading(page, 'Switch to the new key');
  await expect(page.getByText("The old key is deleted immediately. This can't be undone.")).toBeVisible();
  await expect(page.locator('.consequence')).toContainText('The test of the new key just now failed: Unreachable.');
  await expect(page.getByText(key.fingerprint)).toBeVisible();
  await expectAccessible(page, 'the question before a switch');
  // The tested key is then in use, with the result of its test.
  await sayYes(page, 'Switch to the new key');
  await expect(notice(page)).toContainText('The new key is in use.');
  await open(page, `/secrets?q=${secret.name}`);
  await expect(row(page, secret)).toContainText('Unreachable');
});

test('a switch to an untested key needs confirmation', async ({ page, secrets }) => {
  const key = sshKey('old@here');
  const secret = await secrets.git({ secret: key.private });
  const line = await waiting(page, secret);
  await page.getByRole('button', { name: 'Switch to the new key' }).click();
  await expect(page.locator('.consequence')).toContainText('The new key was not tested just now.');
  await page.getByRole('link', { name: 'Cancel' }).click();
  await expect(inUse(page)).toHaveValue(key.public);
  await open(page, `/secrets/${secret.id}/key/switch?tested=repository-read`);
  await expect(page.locator('.consequence')).toContainText('The new key was not tested just now.');
  await sayYes(page, 'Switch to the new key');
  await expect(notice(page)).toContainText('The new key is in use.');
  await expect(inUse(page)).toHaveValue(line);
});

test('a pending key is replaced or discarded only after confirmation', async ({ page, secrets }) => {
  const secret = await secrets.git({ secret: sshKey('kept@here').private });
  const line = await waiting(page, secret);
  await page.getByRole('button', { name: 'Generate a new key pair' }).click();
  await expectHeading(page, 'Generate a new key pair');
  await expect(page.getByText('is already waiting. Generate another one?')).toBeVisible();
  await page.getByRole('link', { name: 'Cancel' }).click();
  await expect(fresh(page)).toHaveValue(line);
  await page.getByRole('button', { name: 'Generate a new key pair' }).click();
  await sayYes(page, 'Generate a new key pair');
  await expectHeading(page, 'SSH key');
  await expect(fresh(page)).not.toHaveValue(line);
  const other = await fresh(page).inputValue();
  await page.getByRole('button', { name: 'Discard the new key' }).click();
  await expectHeading(page, 'Discard the new key');
  await page.getByRole('link', { name: 'Cancel' }).click();
  await expect(fresh(page)).toHaveValue(other);
  await page.getByRole('button', { name: 'Discard the new key' }).click();
  await sayYes(page, 'Discard the new key');
  await expect(fresh(page)).toHaveCount(0);
});

test('an outdated page never replaces a pending key', async ({ page, secrets, faults }) => {
  faults.allowStatus(409);
  const secret = await secrets.git({ secret: sshKey('raced@here').private });
  await open(page, `/secrets/${secret.id}/key`);
  // Somebody else was quicker.
  await page.request.post(`/secrets/${secret.id}/key/generate`, { form: { generate: 'ed25519' }, maxRedirects: 0 });
  await page.getByRole('button', { name: 'Generate a new key pair' }).click();
  await expect(page.getByRole('alert')).toContainText('was replaced in the meantime');
  await expect(fresh(page)).toHaveCount(1);
});

test('Cancel keeps the role, password and sessions of a user', async ({ page }) => {
  const { name } = await addUser('editor');
  await open(page, `/users/${name}`);
  for (const words of ['Disable user', 'Reset password']) {
    await page.getByRole('link', { name: words }).click();
    await expectHeading(page, words);
    await expect(page.getByText('This is you.')).toHaveCount(0);
    await expectAccessible(page, words);
    await page.getByRole('link', { name: 'Cancel' }).click();
    await expectHeading(page, `User ${name}`);
  }
  await field(page, 'Role').selectOption('reader');
  await page.getByRole('button', { name: 'Change role' }).click();
  await expectHeading(page, 'Change role');
  await page.getByRole('link', { name: 'Cancel' }).click();
  await expect(field(page, 'Role')).toHaveValue('editor');
});

test.describe('an administrator beside others', () => {
  test.use({ storageState: NOBODY });

  test('shows "This is you" before being disabled or given another role', async ({ page, faults }) => {
    faults.allowStatus(401);
    const name = await become(page, 'admin');
    await open(page, `/users/${name}`);
    await expect(page.getByText('This is you.')).toBeVisible();
    await field(page, 'Role').selectOption('reader');
    await page.getByRole('button', { name: 'Change role' }).click();
    await expect(page.locator('.consequence')).toContainText('This is you. You will be signed out immediately');
    await page.getByRole('link', { name: 'Cancel' }).click();
    for (const words of ['End all sessions', 'Reset password', 'Disable user']) {
      await page.getByRole('link', { name: words }).click();
      await expect(page.locator('.consequence')).toContainText('This is you. You will be signed out immediately');
      await page.getByRole('link', { name: 'Cancel' }).click();
      await expectHeading(page, `User ${name}`);
    }
    await page.getByRole('link', { name: 'Disable user' }).click();
    await sayYes(page, 'Disable user');
    await expect(heading(page, 'Sign in')).toBeVisible();
  });
});

test('a session is ended only after confirmation', async ({ page, browser, baseURL }) => {
  const elsewhere = await browser.newContext({ baseURL, storageState: NOBODY, javaScriptEnabled: false, userAgent: 'A browser to be ended' });
  const other = await elsewhere.newPage();
  await other.goto('/sign-in');
  await field(other, 'Username').fill('admin');
  await field(other, 'Password').fill(ADMIN.password);
  await other.getByRole('button', { name: 'Sign in', exact: true }).click();
  await open(page, '/account');
  const session = page.getByRole('row', { name: /A browser to be ended/ }).last();
  await session.getByRole('link', { name: 'End session' }).click();
  await expectHeading(page, 'End session');
  await page.getByRole('link', { name: 'Cancel' }).click();
  await other.goto('/account');
  await expect(heading(other, 'Account')).toBeVisible();
  await elsewhere.close();
});
