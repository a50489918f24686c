// Several secrets at once: selected by their boxes, then tested, exported or deleted together.

import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { ADMIN } from '../server.mjs';
import { expectAccessible } from '../support/accessibility.js';
import { expect, expectHeading, expectList, field, notice, open, row, test, unique, type Secrets, type Stored } from '../support/fixtures.js';
import { silentHost } from '../support/peers.js';

const box = (page: Page, secret: Stored) => page.getByRole('checkbox', { name: `Select ${secret.name}`, exact: true });
const bar = (page: Page) => page.getByRole('form', { name: 'Selected secrets' });
const act = (page: Page, name: string) => bar(page).getByRole('button', { name, exact: true });
const ok = (page: Page) => page.getByRole('button', { name: 'OK', exact: true });

/** Adds so many secrets whose names share a word, and returns them with the list of just these. */
async function list(page: Page, secrets: Secrets, count: number): Promise<{ all: Stored[]; address: string }> {
  const word = unique('many');
  const all: Stored[] = [];
  for (let number = 0; number < count; number += 1) all.push(await secrets.image({ name: `${word}-${number}` }));
  const address = `/secrets?q=${word}&sort=name`;
  await open(page, address);
  await expect(page.locator('tbody tr')).toHaveCount(count);
  return { all, address };
}

/** Creates a token with this scope. */
async function token(page: Page, scope: string): Promise<string> {
  await open(page, '/tokens/new');
  await field(page, 'Name').fill(unique('export'));
  await field(page, 'Scope').selectOption(scope);
  await field(page, 'Current password').fill(ADMIN.password);
  await page.getByRole('button', { name: 'Create token' }).click();
  await expectHeading(page, 'Token created');
  return field(page, 'Token').inputValue();
}

test('actions appear once something is selected, with the count', async ({ page, secrets, hydrated }) => {
  const { all } = await list(page, secrets, 3);
  await expect(bar(page)).toBeHidden();
  await box(page, all[0]!).check();
  await expect(bar(page)).toBeVisible();
  await expect(bar(page).getByRole('button')).toHaveText(['Export manifests', 'Test', 'Delete']);
  await box(page, all[2]!).check();
  if (hydrated) await expect(page.locator('.selected-count')).toHaveText(/^\s*2\s+selected\s*$/);
  await expectAccessible(page, 'the list with a selection');
  await box(page, all[0]!).uncheck();
  await box(page, all[2]!).uncheck();
  await expect(bar(page)).toBeHidden();
});

test('all of a page are selected at once', async ({ page, secrets, hydrated }) => {
  const { all } = await list(page, secrets, 3);
  if (hydrated) {
    const every = page.getByRole('checkbox', { name: 'Select all on this page' });
    await every.check();
    for (const secret of all) await expect(box(page, secret)).toBeChecked();
    await box(page, all[1]!).uncheck();
    await expect(every).not.toBeChecked();
    await box(page, all[1]!).check();
    await expect(every).toBeChecked();
    await every.uncheck();
    for (const secret of all) await expect(box(page, secret)).not.toBeChecked();
  } else {
    await page.getByRole('link', { name: 'Select all on this page' }).click();
    for (const secret of all) await expect(box(page, secret)).toBeChecked();
  }
});

test('several are deleted after one confirmation, and the list stays as it was', async ({ page, secrets }) => {
  const { all, address } = await list(page, secrets, 3);
  await box(page, all[0]!).check();
  await box(page, all[2]!).check();
  await act(page, 'Delete').click();
  await expectHeading(page, 'Delete Secrets');
  await expect(page.getByText('Are you sure to delete these 2 secrets?')).toBeVisible();
  await expect(page.locator('.selected-secrets li')).toHaveCount(2);
  await expectAccessible(page, 'the question');
  await page.getByRole('link', { name: 'Cancel' }).click();
  await expect(page).toHaveURL(address);
  await expect(page.locator('tbody tr')).toHaveCount(3);

  await box(page, all[0]!).check();
  await box(page, all[2]!).check();
  await act(page, 'Delete').click();
  await expectHeading(page, 'Delete Secrets');
  await ok(page).click();
  await expect(notice(page)).toContainText(/\d secrets? deleted\./);
  await expect(page).toHaveURL(address);
  await expect(page.locator('tbody tr')).toHaveCount(1);
  await expect(row(page, all[1]!)).toBeVisible();
  await open(page, '/secrets/deleted');
  await expect(row(page, all[0]!)).toBeVisible();
});

test('secrets in use need a second confirmation for all', async ({ page, secrets, faults }) => {
  faults.allowStatus(422);
  const { all, address } = await list(page, secrets, 2);
  const app = unique('app');
  const form = { name: app, image: 'registry.example.org:5000/a', pull_secret: all[1]!.id };
  await page.request.post('/images/new', { form, maxRedirects: 0 });
  for (const secret of all) await box(page, secret).check();
  await act(page, 'Delete').click();
  await expect(page.getByText('One of them is in use.')).toBeVisible();
  await expect(page.locator('.selected-secrets')).toContainText(`used by 1 image: ${app}`);
  await ok(page).click();
  const confirmation = field(page, 'Confirmation');
  await expect(confirmation).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByRole('alert').getByRole('link')).toHaveAttribute('href', '#confirmation');
  await expect(confirmation).toBeFocused();
  await confirmation.fill('delete 2 secrets');
  await ok(page).click();
  await expect(page).toHaveURL(address);
  await expect(page.getByText('No secrets match.')).toBeVisible();
});

test('several are tested, and each shows its result', async ({ page, secrets }) => {
  const word = unique('many');
  const closed = await secrets.image({ name: `${word}-closed`, registry_host: '127.0.0.1:9' });
  const key = await secrets.git({ name: `${word}-key` });
  const address = `/secrets?q=${word}`;
  await open(page, address);
  await box(page, closed).check();
  await box(page, key).check();
  await act(page, 'Test').click();
  await expectHeading(page, 'Test results');
  await expect(page.getByText('1 unreachable, 1 not tested')).toBeVisible();
  await expect(row(page, closed)).toContainText('Unreachable');
  await expectAccessible(page, 'what the tests came to');
  await row(page, closed).getByRole('link', { name: closed.name }).click();
  await expectHeading(page, closed.displayName);
  await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: 'Secrets' }).click();
  await expect(page).toHaveURL(address);
  await expect(row(page, closed)).toContainText('Unreachable');
});

test('results of several come one by one, and the rest can be stopped', async ({ page, secrets, hydrated }) => {
  test.skip(!hydrated, 'without JavaScript the page waits for all results');
  const host = await silentHost();
  try {
    const word = unique('watched');
    const closed = await secrets.image({ name: `${word}-closed`, registry_host: '127.0.0.1:9' });
    const slow = await secrets.image({ name: `${word}-slow`, registry_host: `127.0.0.1:${host.port}` });
    const waiting = await secrets.image({ name: `${word}-waiting`, registry_host: `127.0.0.1:${host.port}` });
    const address = `/secrets?q=${word}&sort=name`;
    await open(page, address);
    for (const secret of [closed, slow, waiting]) await box(page, secret).check();
    await act(page, 'Test').click();
    await expectHeading(page, 'Test results');
    await expect(page).toHaveTitle('Test results · Latchkey');
    await expect(page.getByText('1 of 3 tested')).toBeVisible();
    await expect(row(page, closed)).toContainText('Unreachable');
    await expect(row(page, waiting)).toContainText('Not tested yet.');
    await expectAccessible(page, 'tests that go on');
    await page.getByRole('button', { name: 'Stop' }).click();
    await expect(page.getByText('Stopped. Tests that had already begun are finished')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Stop' })).toHaveCount(0);
    host.release();

    // The test that had begun is kept, and no other one begins.
    await page.goBack();
    await expectList(page);
    await expect(page).toHaveURL(address);
    await expect(async () => {
      await open(page, address);
      await expect(row(page, slow)).toContainText('Unreachable', { timeout: 500 });
    }).toPass();
    await expect(row(page, waiting)).toContainText('Not tested');
  } finally {
    host.stop();
  }
});

test('after a stop the rest is tested by a button', async ({ page, secrets, hydrated }) => {
  test.skip(!hydrated, 'without JavaScript the page waits for all results');
  const host = await silentHost();
  try {
    const word = unique('rest');
    const closed = await secrets.image({ name: `${word}-closed`, registry_host: '127.0.0.1:9' });
    const slow = await secrets.image({ name: `${word}-slow`, registry_host: `127.0.0.1:${host.port}` });
    await open(page, `/secrets?q=${word}`);
    for (const secret of [closed, slow]) await box(page, secret).check();
    await act(page, 'Test').click();
    await expect(page.getByText('1 of 2 tested')).toBeVisible();
    await page.getByRole('button', { name: 'Stop' }).click();
    host.release();
    await page.getByRole('button', { name: 'Test the remaining secrets' }).click();
    await expect(page.getByText('1 unreachable', { exact: true })).toBeVisible();
    await expect(row(page, slow)).toContainText('Unreachable');
    await expect(row(page, closed)).toHaveCount(0);
  } finally {
    host.stop();
  }
});

test('manifests of several come in one file, by a token', async ({ page, secrets, faults }) => {
  faults.allowStatus(422);
  const good = await token(page, 'read-values');
  const { all } = await list(page, secrets, 2);
  for (const secret of all) await box(page, secret).check();
  await act(page, 'Export manifests').click();
  await expectHeading(page, 'Export manifests');
  await expectAccessible(page, 'the question');
  await expect(field(page, 'Format for Git secrets')).toHaveCount(0);
  await field(page, 'Namespace').fill('team-a');
  await field(page, 'File format').selectOption('json');
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await expect(page.locator('#token-error')).toBeVisible();
  await expect(field(page, 'API token')).toBeFocused();
  await expect(field(page, 'Namespace')).toHaveValue('team-a');
  await expect(field(page, 'File format')).toHaveValue('json');

  await field(page, 'API token').fill(good);
  await field(page, 'Current password').fill(ADMIN.password);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe('latchkey-secrets.json');
  const { items } = JSON.parse(readFileSync(await file.path(), 'utf8')) as { items: { metadata: object }[] };
  expect(items.map((item) => item.metadata)).toEqual(all.map((secret) => ({ name: secret.id, namespace: 'team-a' })));
});

test('secrets are selected by keyboard alone', async ({ page, secrets }) => {
  const { all } = await list(page, secrets, 2);
  await box(page, all[0]!).focus();
  await page.keyboard.press('Space');
  await expect(box(page, all[0]!)).toBeChecked();
  await act(page, 'Delete').focus();
  await page.keyboard.press('Enter');
  await expectHeading(page, 'Delete Secrets');
  await ok(page).focus();
  await page.keyboard.press('Enter');
  await expect(notice(page)).toContainText(/\d secrets? deleted\./);
  await expect(row(page, all[0]!)).toHaveCount(0);
});
