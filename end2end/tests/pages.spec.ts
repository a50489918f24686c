import type { Page } from '@playwright/test';
import { expect, field, names, open, ready, test } from '../support/fixtures.js';
import { STEPS, WALK } from '../support/walk.js';

const all = STEPS.map((step) => step.name);

async function to(page: Page, label: string, wanted: string[]): Promise<void> {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: label, exact: true }).click();
  await expect.poll(() => names(page)).toEqual(wanted);
}

async function expectLinks(page: Page, ...labels: string[]): Promise<void> {
  await expect(page.getByRole('navigation', { name: 'Pages' }).getByRole('link')).toHaveText(labels);
}

test('pages of twenty, forwards and backwards, with the total', async ({ page }) => {
  await open(page, `/secrets?q=${WALK}&sort=name`);
  expect(await names(page)).toEqual(all.slice(0, 20));
  await expect(page.getByText(`1–20 of ${all.length} secrets`)).toBeVisible();
  await expectLinks(page, 'Next', 'Last');
  await to(page, 'Next', all.slice(20, 40));
  await expectLinks(page, 'First', 'Previous', 'Next', 'Last');
  await to(page, 'Next', all.slice(40));
  await expect(page.getByText(`41–45 of ${all.length} secrets`)).toBeVisible();
  await expectLinks(page, 'First', 'Previous');
  await to(page, 'Previous', all.slice(20, 40));
  await expect(page.getByText(`21–40 of ${all.length} secrets`)).toBeVisible();
  await to(page, 'Previous', all.slice(0, 20));
  await expectLinks(page, 'Next', 'Last');
});

test('links lead straight to the last page, and back to the first', async ({ page }) => {
  await open(page, `/secrets?q=${WALK}&sort=name`);
  const last = page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Last', exact: true });
  await last.click();
  await expect(page).toHaveURL(/before=end/);
  await expect.poll(async () => (await names(page)).at(-1)).toBe(all.at(-1));
  await expectLinks(page, 'First', 'Previous');
  // Whatever the last page holds, the page before ends where it begins.
  const first = (await names(page))[0] ?? '';
  await page.getByRole('link', { name: 'Previous', exact: true }).click();
  await expect.poll(async () => (await names(page)).at(-1)).toBe(all[all.indexOf(first) - 1]);
  await to(page, 'First', all.slice(0, 20));
});

for (const sort of ['-name', 'display', '-display', 'type', '-type', 'status', '-status', 'updated', '-updated']) {
  test(`no row is lost or repeated while paging, sorted by ${sort}`, async ({ page }) => {
    await open(page, `/secrets?q=${WALK}&size=10&sort=${sort}`);
    const met: string[][] = [await names(page)];
    for (let number = 0; number < 4; number += 1) {
      const before = met.at(-1);
      await page.getByRole('link', { name: 'Next', exact: true }).click();
      await expect.poll(() => names(page)).not.toEqual(before);
      met.push(await names(page));
    }
    expect(met.map((page) => page.length)).toEqual([10, 10, 10, 10, 5]);
    expect(met.flat().sort()).toEqual(all);
    for (let number = 3; number >= 0; number -= 1) {
      await page.getByRole('link', { name: 'Previous', exact: true }).click();
      await expect.poll(() => names(page)).toEqual(met[number]);
    }
  });
}

test('10, 20, 50 or 100 rows a page', async ({ page, hydrated }) => {
  await open(page, `/secrets?q=${WALK}&sort=name`);
  await expect(field(page, 'Rows per page')).toHaveValue('20');
  await expect(field(page, 'Rows per page').locator('option')).toHaveText(['10', '20', '50', '100']);
  const apply = page.getByRole('button', { name: 'Apply', exact: true });
  await expect(apply).toBeVisible({ visible: !hydrated });
  for (const [size, shown] of [['10', 10], ['50', 45], ['100', 45], ['20', 20]] as const) {
    await field(page, 'Rows per page').selectOption(size);
    if (!hydrated) await apply.click();
    await expect.poll(() => names(page)).toEqual(all.slice(0, shown));
    await ready(page);
    await expect(field(page, 'Rows per page')).toHaveValue(size);
    await expect(field(page, 'Search')).toHaveValue(WALK);
    await expect(page.getByRole('columnheader', { name: 'Name', exact: true })).toHaveAttribute('aria-sort', 'ascending');
  }
});

test('changing the number of rows returns to the first page', async ({ page, hydrated }) => {
  await open(page, `/secrets?q=${WALK}&sort=name`);
  await to(page, 'Next', all.slice(20, 40));
  await field(page, 'Rows per page').selectOption('10');
  if (!hydrated) await page.getByRole('button', { name: 'Apply', exact: true }).click();
  await expect.poll(() => names(page)).toEqual(all.slice(0, 10));
});

test('only one page of rows is loaded', async ({ page }) => {
  const answer = await open(page, `/secrets?q=${WALK}&sort=name`);
  const html = (await answer?.text()) ?? '';
  const inHtml = new Set(html.match(new RegExp(`${WALK}-\\d\\d(?=["\\s>])`, 'g')));
  expect([...inHtml].sort()).toEqual(all.slice(0, 20));
});

test('one page of rows has no links to others, and a few rows no choice of their number', async ({ page }) => {
  await open(page, `/secrets?q=${WALK}&size=50`);
  await expect(page.getByText(`${all.length} secrets`, { exact: true })).toBeVisible();
  await expect(page.getByRole('navigation', { name: 'Pages' })).toHaveCount(0);
  await expect(field(page, 'Rows per page')).toBeVisible();
  await open(page, `/secrets?q=${WALK}-00`);
  await expect(page.getByText('1 secret', { exact: true })).toBeVisible();
  await expect(field(page, 'Rows per page')).toHaveCount(0);
});

test('a place among the rows that cannot be is corrected', async ({ page }) => {
  await open(page, `/secrets?q=${WALK}&sort=name&after=image-${WALK}-19&at=4000000000`);
  await expect(page.getByText(new RegExp(`^\\d+–\\d+ of ${all.length} secrets$`))).toBeVisible();
});

test('the whole list shows the total of everything', async ({ page }) => {
  await open(page, '/secrets');
  await expect(page.getByText(/^1–20 of [\d,]+ secrets$/)).toBeVisible();
});
