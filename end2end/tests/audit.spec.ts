import { readFileSync } from 'node:fs';
import { expect, expectHeading, field, open, test } from '../support/fixtures.js';

test('the log is filtered by object, and says who did what', async ({ page, secrets }) => {
  const secret = await secrets.image();
  await secrets.change(secret, { version: '1', display_name: 'Changed', registry_host: 'a.example', username: 'u', password: 'p' });
  await open(page, '/audit');
  await expectHeading(page, 'Audit');
  await field(page, 'Object').fill(secret.id);
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page.locator('tbody tr')).toHaveCount(2);
  await expect(page.locator('tbody tr').first()).toContainText('Changed secret: display name, registry host, username, password');
  await expect(page.locator('tbody tr').first()).toContainText('admin');
  await field(page, 'Action').selectOption('secret added');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page.locator('tbody tr')).toHaveCount(1);
  await page.reload();
  await expect(field(page, 'Object')).toHaveValue(secret.id);
  await field(page, 'Result').selectOption('refused');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page.getByText('No records match.')).toBeVisible();
  await page.getByRole('link', { name: 'Clear filters' }).click();
  await expect(page).toHaveURL('/audit');

  await open(page, secret.page);
  await expect(page.locator('.history tbody tr')).toHaveCount(2);
  await open(page, `/secrets?q=${secret.name}`);
  await expect(page.locator('tbody tr')).toContainText('by admin');
});

test('pages lead from the newest record back and forth', async ({ page }) => {
  await open(page, '/audit');
  const first = await page.locator('tbody tr').first().innerText();
  await page.getByRole('link', { name: 'Older' }).click();
  await expect(page).toHaveURL(/older=\d+/);
  await page.getByRole('link', { name: 'Newer' }).click();
  await expect(page).toHaveURL(/newer=\d+/);
  await page.getByRole('link', { name: 'Older' }).click();
  await page.getByRole('link', { name: 'Newest' }).click();
  await expect(page).toHaveURL('/audit');
  expect(first).not.toBe('');
});

test('the filtered log is exported, as CSV and as JSON lines', async ({ page, secrets }) => {
  const secret = await secrets.git();
  await open(page, `/audit?object=${secret.id}`);
  for (const [button, end] of [['Export CSV', 'csv'], ['Export JSON lines', 'jsonl']] as const) {
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: button }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe(`latchkey-audit.${end}`);
    const lines = readFileSync(await file.path(), 'utf8').trim().split(/\r?\n/);
    expect(lines.length).toBe(end === 'csv' ? 2 : 1);
    expect(lines.at(-1)).toContain(secret.id);
  }
});
