// The search over everything: a page, and with JavaScript a dialog over any page.

import type { Page } from '@playwright/test';
import { expectAccessible } from '../support/accessibility.js';
import { expect, expectHeading, field, focused, open, test, unique } from '../support/fixtures.js';

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Search', exact: true });

test('the search finds secrets, images, people and pages', async ({ page, secrets }) => {
  const word = unique('found');
  const secret = await secrets.image({ name: `${word}-secret`, registry_host: 'ghcr.io' });
  await page.request.post('/images/new', { form: { name: `${word}-image`, image: 'ghcr.io/group/app', pull_secret: secret.id }, maxRedirects: 0 });
  await open(page, '/');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Search', exact: true }).click();
  await expectHeading(page, 'Search');
  await field(page, 'Search everything').fill(word);
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await expect(page).toHaveURL(`/search?q=${word}`);
  await expect(page.getByText('2 results')).toBeVisible();
  await expect(page.getByRole('link', { name: `${word}-image` })).toHaveAttribute('href', `/images/${word}-image/edit`);
  await expectAccessible(page, 'the search');
  await page.getByRole('link', { name: `${word}-secret` }).click();
  await expect(page).toHaveURL(`/secrets/${secret.id}`);
  await open(page, '/search?q=admin');
  await expect(page.locator('#found').getByRole('link').and(page.locator('[href="/users/admin"]'))).toBeVisible();
  await open(page, '/search?q=add+image');
  await expect(page.locator('#found').getByRole('link', { name: 'Add image', exact: true })).toHaveAttribute('href', '/images/new');
  await open(page, `/search?q=${unique('nothing')}`);
  await expect(page.getByText(/^Nothing matches/)).toBeVisible();
});

test('a slash focuses the search of the page, and is a character in fields', async ({ page, hydrated }) => {
  test.skip(!hydrated, 'needs JavaScript');
  await open(page, '/secrets');
  await page.keyboard.press('/');
  await expect(field(page, 'Search')).toBeFocused();
  await page.keyboard.press('/');
  await expect(field(page, 'Search')).toHaveValue('/');
});

test('Ctrl+K searches from any page, by keyboard alone', async ({ page, secrets, hydrated }) => {
  test.skip(!hydrated, 'needs JavaScript');
  const secret = await secrets.git();
  await open(page, '/secrets/new');
  await field(page, 'Name').focus();
  for (const keys of ['Control+k', 'Meta+k']) {
    await page.keyboard.press(keys);
    await expect(dialog(page)).toBeVisible();
    await expect(dialog(page).getByRole('searchbox')).toBeFocused();
    await expect(dialog(page).getByRole('link', { name: 'Add image' })).toBeVisible();
    await expectAccessible(page, 'the dialog with the search');
    await page.keyboard.press('Escape');
    await expect(dialog(page)).toBeHidden();
    await expect(field(page, 'Name')).toBeFocused();
  }
  await page.keyboard.press('Control+k');
  await page.keyboard.type(secret.name);
  await expect(dialog(page).getByRole('link')).toHaveCount(1);
  await expect(dialog(page).getByRole('status')).toHaveText('1 result');
  await page.keyboard.press('ArrowDown');
  await expect(focused(page)).toContainText(secret.name);
  await page.keyboard.press('ArrowDown');
  await expect(dialog(page).getByRole('searchbox')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`/secrets/${secret.id}$`));
});

test('Ctrl+K stays on the page when the portal cannot be reached, and searches again afterwards', async ({ page, context, secrets, faults, hydrated }) => {
  test.skip(!hydrated, 'needs JavaScript');
  faults.allow(/ERR_INTERNET_DISCONNECTED/);
  const secret = await secrets.git();
  await open(page, '/secrets/new');
  await page.keyboard.press('Control+k');
  await expect(dialog(page).getByRole('link', { name: 'Add image' })).toBeVisible();
  await context.setOffline(true);
  await page.keyboard.type(secret.name);
  await expect(dialog(page)).toContainText('Search can’t reach the portal.');
  await expect(page).toHaveURL('/secrets/new');
  await context.setOffline(false);
  await page.keyboard.press('Backspace');
  await expect(dialog(page).getByRole('link')).toHaveCount(1);
});
