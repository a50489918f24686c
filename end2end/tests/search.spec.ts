import { expect, field, names, open, ready, row, test, unique } from '../support/fixtures.js';
import { STEPS, WALK } from '../support/walk.js';
import type { Page } from '@playwright/test';

async function search(page: Page, text: string): Promise<void> {
  await field(page, 'Search').fill(text);
  await page.getByRole('button', { name: 'Search', exact: true }).click();
}

test('search covers the name, the display name and the registry host', async ({ page, secrets }) => {
  const [byName, byDisplay, byHost] = [unique('inname'), unique('indisplay'), unique('inhost')];
  const named = await secrets.git({ name: `a-${byName}-z` });
  const displayed = await secrets.git({ display_name: `Für ${byDisplay.toUpperCase()} gemacht` });
  const hosted = await secrets.image({ registry_host: `${byHost}.example.org:5000` });
  await open(page, '/secrets');
  for (const [text, secret] of [[byName, named], [byDisplay, displayed], [byHost, hosted]] as const) {
    await search(page, text);
    await expect.poll(() => names(page)).toEqual([secret.name]);
    await expect(page.getByText('1 secret', { exact: true })).toBeVisible();
    await expect(page).toHaveURL(new RegExp(`[?&]q=${text}(&|$)`));
  }
});

test('search ignores case, and white space around', async ({ page }) => {
  await open(page, '/secrets');
  await search(page, `  ${WALK.toUpperCase()}-07 `);
  await expect.poll(() => names(page)).toEqual([`${WALK}-07`]);
});

test('search takes every character literally', async ({ page, secrets }) => {
  const mark = unique('literal');
  const texts = [`${mark} 100%`, `${mark} a_b`, `${mark} c\\d`, `${mark} "quoted"`, `${mark} it's`, `${mark} a+b&c=d#e`, `${mark} 鍵 🔑`];
  for (const display_name of texts) await secrets.git({ display_name });
  await open(page, '/secrets');
  for (const text of texts) {
    await search(page, text);
    await expect(page.locator('tbody tr')).toHaveCount(1);
    await expect(page.locator('tbody td:nth-child(3)')).toHaveText(text);
    await expect(field(page, 'Search')).toHaveValue(text);
  }
});

test('the filter shows one type, and all again', async ({ page, hydrated }) => {
  await open(page, `/secrets?q=${WALK}&size=50`);
  for (const [type, label] of [['image-pull', 'Image Pull'], ['git-dataset', 'Git Dataset']] as const) {
    await field(page, 'Type').selectOption({ label });
    if (!hydrated) await page.getByRole('button', { name: 'Search', exact: true }).click();
    await expect(page).toHaveURL(new RegExp(`type=${type}`));
    const wanted = STEPS.filter((step) => step.type === type).map((step) => step.name);
    await expect.poll(async () => (await names(page)).sort()).toEqual(wanted);
    await expect(page.getByText(`${wanted.length} secrets`, { exact: true })).toBeVisible();
    await expect(field(page, 'Type')).toHaveValue(type);
    await expect(field(page, 'Search')).toHaveValue(WALK);
    await ready(page);
  }
  await field(page, 'Type').selectOption({ label: 'Any' });
  if (!hydrated) await page.getByRole('button', { name: 'Search', exact: true }).click();
  await expect(page.locator('tbody tr')).toHaveCount(STEPS.length);
  await expect(page).not.toHaveURL(/type=image-pull|type=git-dataset/);
});

test('the filter offers all, and each type', async ({ page }) => {
  await open(page, '/secrets');
  await expect(field(page, 'Type').locator('option')).toHaveText(['Any', 'Git Dataset', 'Image Pull']);
});

test('search and filter combine', async ({ page }) => {
  await open(page, `/secrets?type=image-pull`);
  await search(page, `${WALK}-0`);
  const wanted = STEPS.filter((step) => step.type === 'image-pull' && step.name.startsWith(`${WALK}-0`)).map((step) => step.name);
  await expect.poll(async () => (await names(page)).sort()).toEqual(wanted);
  await expect(page).toHaveURL(/type=image-pull/);
});

test('each filter that applies is a link without it', async ({ page }) => {
  await open(page, `/secrets?q=${WALK}&type=image-pull&status=not-tested&unused=30&sort=name&size=10`);
  const chip = (filter: string) => page.getByRole('link', { name: `Remove filter ${filter}`, exact: true });
  await expect(chip('Last used: Not in 30 days')).toBeVisible();
  await chip('Status: Not tested').click();
  await expect(page).toHaveURL(`/secrets?q=${WALK}&type=image-pull&unused=30&sort=name&size=10`);
  await chip('Last used: Not in 30 days').click();
  await chip('Type: Image Pull').click();
  await expect(page).toHaveURL(`/secrets?q=${WALK}&sort=name&size=10`);
  await chip(`Search: ${WALK}`).click();
  await expect(page).toHaveURL('/secrets?sort=name&size=10');
  await expect(page.locator('.chips')).toHaveCount(0);
  await open(page, `/secrets?q=${WALK}&type=image-pull&sort=name`);
  await page.getByRole('link', { name: 'Clear all', exact: true }).click();
  await expect(page).toHaveURL('/secrets?sort=name');
});

test('an empty search says what to do next', async ({ page }) => {
  await open(page, '/secrets');
  await search(page, unique('nothing-like-it'));
  await expect(page.getByText('No secrets match.')).toBeVisible();
  await expect(page.locator('table')).toHaveCount(0);
  await page.getByRole('link', { name: 'Clear search and filters' }).click();
  await expect(page.locator('tbody tr').first()).toBeVisible();
  await expect(field(page, 'Search')).toHaveValue('');
  await expect(page).not.toHaveURL(/q=./);
});

test('Enter searches, without the mouse', async ({ page }) => {
  await open(page, '/secrets');
  await field(page, 'Search').fill(`${WALK}-11`);
  await field(page, 'Search').press('Enter');
  await expect.poll(() => names(page)).toEqual([`${WALK}-11`]);
});

test.describe('the query stands in the address', () => {
  const address = `/secrets?q=${WALK}&type=git-dataset&sort=name&size=10`;
  const wanted = STEPS.filter((step) => step.type === 'git-dataset').map((step) => step.name);

  async function expectSecondPage(page: Page): Promise<void> {
    await expect.poll(() => names(page)).toEqual(wanted.slice(10, 20));
    await expect(field(page, 'Search')).toHaveValue(WALK);
    await expect(field(page, 'Type')).toHaveValue('git-dataset');
    await expect(field(page, 'Rows per page')).toHaveValue('10');
    await expect(page.getByRole('columnheader', { name: 'Name', exact: true })).toHaveAttribute('aria-sort', 'ascending');
  }

  test('and survives reload, back and forward', async ({ page, secrets }) => {
    const other = await secrets.git();
    await open(page, address);
    await page.getByRole('link', { name: 'Next', exact: true }).click();
    await expectSecondPage(page);
    await page.reload();
    await ready(page);
    await expectSecondPage(page);
    await search(page, other.name);
    await expect(row(page, other)).toBeVisible();
    await expect(page).toHaveURL(new RegExp(`q=${other.name}`));
    await page.goBack();
    await expectSecondPage(page);
    await page.goBack();
    await expect.poll(() => names(page)).toEqual(wanted.slice(0, 10));
    await page.goForward();
    await expectSecondPage(page);
  });

  test('and survives sharing', async ({ page, browser, hydrated, faults }) => {
    await open(page, address);
    await page.getByRole('link', { name: 'Next', exact: true }).click();
    await expectSecondPage(page);
    const elsewhere = await browser.newContext({ javaScriptEnabled: hydrated });
    await faults.watch(elsewhere);
    const theirs = await elsewhere.newPage();
    await open(theirs, page.url());
    await expectSecondPage(theirs);
    await elsewhere.close();
  });

  test('and comes back after Edit and Cancel', async ({ page }) => {
    await open(page, address);
    await page.getByRole('link', { name: 'Next', exact: true }).click();
    await expectSecondPage(page);
    const here = page.url();
    await page.getByRole('link', { name: /^Edit / }).first().click();
    await page.getByRole('link', { name: 'Cancel', exact: true }).click();
    await expect(page).toHaveURL(here);
    await expectSecondPage(page);
  });
});
