// Submitting a form: once, locked while it is sent, and before the page is hydrated.

import type { Page } from '@playwright/test';
import { confirm, expect, expectList, field, heading, names, notice, open, ready, row, test, unique } from '../support/fixtures.js';
import { expectError, fill, submit, typeChoice } from '../support/form.js';
import { privateKey } from '../support/keys.js';

test('Confirm is locked and shows progress', async ({ page, hydrated }) => {
  test.skip(!hydrated, 'without JavaScript the browser shows it');
  const name = unique('locked');
  let release = () => {};
  const held = new Promise<void>((done) => (release = done));
  await page.route('**/api/ui/create_secret*', async (route) => {
    await held;
    await route.continue();
  });
  await open(page, '/secrets/new');
  await submit(page, { name, secret: privateKey() });
  const button = page.getByRole('button', { name: /Saving/ });
  await expect(button).toHaveAttribute('aria-disabled', 'true');
  await expect(page.locator('form#secret-form')).toHaveAttribute('aria-busy', 'true');
  release();
  await expectList(page);
  await expect(row(page, { name })).toBeVisible();
});

test('a double click saves once', async ({ page, hydrated }) => {
  const name = unique('twice');
  let sent = 0;
  let release = () => {};
  const clickedTwice = new Promise<void>((done) => (release = done));
  await page.route('**/api/ui/create_secret*', async (route) => {
    sent += 1;
    await clickedTwice;
    await route.continue();
  });
  await open(page, '/secrets/new');
  await fill(page, { name, secret: privateKey() });
  await confirm(page).dblclick();
  release();
  await expectList(page);
  await expect(notice(page)).toContainText('Secret saved');
  if (hydrated) expect(sent).toBe(1);
  await open(page, `/secrets?q=${name}`);
  expect(await names(page)).toEqual([name]);
});

test('a double click on Edit saves once', async ({ page, secrets }) => {
  const secret = await secrets.git();
  await open(page, secret.edit);
  await fill(page, { display_name: 'Changed once' });
  await confirm(page).dblclick();
  await expectList(page);
  await expect(row(page, secret)).toContainText('Changed once');
});

test('the same plain form sent twice is saved once, without an error', async ({ request, page }) => {
  const name = unique('resent');
  const html = await (await request.get('/secrets/new')).text();
  const submission = /name="submission" value="([^"]+)"/.exec(html)?.[1];
  expect(submission).toBeTruthy();
  const form = { name, type: 'git-dataset', secret: privateKey(), submission: submission ?? '' };
  for (let time = 0; time < 2; time += 1) {
    const answer = await request.post('/secrets/new', { form, maxRedirects: 0 });
    expect(answer.status()).toBe(303);
  }
  await open(page, `/secrets?q=${name}`);
  expect(await names(page)).toEqual([name]);
});

test.describe('before hydration finishes', () => {
  test.beforeEach(({ hydrated }) => test.skip(!hydrated, 'there is no hydration'));

  /** Opens the page while its WebAssembly is held back, and returns the function that releases it. */
  async function openUnfinished(page: Page, address: string): Promise<() => void> {
    let release = () => {};
    const held = new Promise<void>((done) => (release = done));
    await page.route('**/*.wasm', async (route) => {
      await held;
      await route.continue().catch(() => undefined);
    });
    await page.goto(address, { waitUntil: 'commit' });
    await expect(page.locator('h1')).toBeVisible();
    return release;
  }

  test('adding works', async ({ page }) => {
    const name = unique('early');
    const release = await openUnfinished(page, '/secrets/new');
    await submit(page, { name, secret: privateKey() });
    await expect(page).toHaveURL(/\/secrets$/);
    await expect(heading(page, 'Secrets')).toBeVisible();
    await expect(row(page, { name })).toBeVisible();
    await expect(notice(page)).toContainText('Secret saved');
    await expect(page.locator('html[data-hydrated]')).toHaveCount(0);
    release();
    await ready(page);
    await expect(notice(page)).toContainText('Secret saved');
    await expect(row(page, { name })).toBeVisible();
  });

  test('a rejected form hydrates with its errors and what was typed', async ({ page, faults }) => {
    faults.allowStatus(422);
    const release = await openUnfinished(page, '/secrets/new');
    await submit(page, { type: 'image-pull', name: 'Bad Name', registry_host: 'a.example', username: unique('u'), password: 'p' });
    await expectError(page, 'Name', /bad-name/);
    await expect(page.getByRole('alert')).toContainText('Enter it again.');
    release();
    await ready(page);
    await expectError(page, 'Name', /bad-name/);
    await expect(typeChoice(page, 'image-pull')).toBeChecked();
    await expect(field(page, 'Registry Host')).toHaveValue('a.example');
    await expect(page.getByRole('alert')).toContainText('Enter it again.');
    await page.getByRole('button', { name: 'Use “bad-name”' }).click();
    await expect(field(page, 'Name')).toHaveValue('bad-name');
  });

  test('deleting works', async ({ page, secrets }) => {
    const secret = await secrets.git();
    const release = await openUnfinished(page, `/secrets?q=${secret.name}`);
    await page.getByRole('link', { name: `Delete ${secret.name}` }).click();
    await expect(heading(page, 'Delete Secret')).toBeVisible();
    await page.getByRole('button', { name: 'OK', exact: true }).click();
    await expect(page).toHaveURL(`/secrets?q=${secret.name}`);
    await expect(page.getByText('No secrets match.')).toBeVisible();
    release();
    await ready(page);
  });

  test('typed text stays when the page hydrates, and is validated', async ({ page }) => {
    const release = await openUnfinished(page, '/secrets/new');
    await fill(page, { type: 'image-pull', name: 'Early Bird', display_name: 'Early', registry_host: 'a.example', username: unique('u'), password: 'kept' });
    release();
    await ready(page);
    await expect(field(page, 'Name')).toHaveValue('Early Bird');
    await expect(field(page, 'Display Name')).toHaveValue('Early');
    await expect(typeChoice(page, 'image-pull')).toBeChecked();
    await expect(field(page, 'Registry Host')).toHaveValue('a.example');
    await expect(field(page, 'Password')).toBeVisible();
    await expect(field(page, 'Password')).toHaveValue('kept');
    await expectError(page, 'Name', /early-bird/);
  });

  test('the search box keeps what was typed', async ({ page }) => {
    const release = await openUnfinished(page, '/secrets');
    await field(page, 'Search').fill('early words');
    release();
    await ready(page);
    await expect(field(page, 'Search')).toHaveValue('early words');
  });
});
