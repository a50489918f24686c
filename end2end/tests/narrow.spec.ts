import { expectNoSidewaysScroll } from '../support/accessibility.js';
import { expect, expectHeading, open, row, test } from '../support/fixtures.js';
import { PLACES } from '../support/places.js';
import { WALK } from '../support/walk.js';

for (const { what, status, hydratedOnly, go } of PLACES) {
  test(`${what} fits narrow windows`, async ({ page, secrets, faults, hydrated }) => {
    test.skip(!!hydratedOnly && !hydrated, 'only where the page answers by itself');
    if (status) faults.allowStatus(status);
    page.on('dialog', (dialog) => void dialog.accept());
    await page.setViewportSize({ width: 360, height: 740 });
    await go(page, secrets);
    // WCAG 2.2, 1.4.10: no scrolling in two directions at 320 CSS pixels; and nothing odd around the breakpoint.
    for (const width of [360, 320, 719, 720, 760]) {
      await page.setViewportSize({ width, height: 740 });
      await expectNoSidewaysScroll(page, `${what} at ${width} px`);
    }
  });
}

test('in a narrow window every part of a row is within reach', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await open(page, `/secrets?q=${WALK}-00`);
  const only = row(page, { name: `${WALK}-00` });
  await expect(only).toContainText('Zebra 00');
  await expect(only).toContainText('Image Pull');
  await expect(only.locator('time')).toBeVisible();
  for (const label of ['Edit', 'Delete']) {
    const link = only.getByRole('link', { name: `${label} ${WALK}-00` });
    const box = await link.boundingBox();
    expect(box?.width).toBeGreaterThanOrEqual(44);
    expect(box?.height).toBeGreaterThanOrEqual(44);
  }
});

test('in a narrow window the box for all rows says what it is for', async ({ page, hydrated }) => {
  test.skip(!hydrated, 'without scripts a link stands there');
  await page.setViewportSize({ width: 360, height: 740 });
  await open(page, `/secrets?q=${WALK}`);
  await page.getByText('Select all on this page', { exact: true }).click();
  await expect(page.locator('tbody input[name="id"]').first()).toBeChecked();
});

test('in a narrow window the first secret is on the first screen, and the filters are folded', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 640 });
  for (const address of ['/secrets', `/secrets?q=${WALK}&sort=name`]) {
    await open(page, address);
    const box = await page.locator('tbody th').first().boundingBox();
    // A long name takes more lines than the first one.
    expect((box?.y ?? 0) + 24, address).toBeLessThanOrEqual(640);
  }
  const status = page.getByRole('combobox', { name: 'Status' });
  await expect(status).toBeHidden();
  await page.getByText('Filters', { exact: true }).click();
  await expect(status).toBeVisible();
  await page.setViewportSize({ width: 1280, height: 640 });
  await expect(page.getByText('Filters', { exact: true })).toBeHidden();
  await expect(status).toBeVisible();
});

test('from 720 px on the list is a table, whose columns give way in the order of their worth', async ({ page }) => {
  await open(page, `/secrets?q=${WALK}&sort=name`);
  const columns: [number, string[]][] = [
    [720, ['Name', 'Status']],
    [900, ['Name', 'Type', 'Status']],
    [1000, ['Name', 'Type', 'Status', 'Used by']],
    [1100, ['Name', 'Type', 'Status', 'Used by', 'Last used']],
    [1200, ['Name', 'Type', 'Status', 'Used by', 'Last used', 'Updated']],
    [1280, ['Name', 'Display Name', 'Type', 'Status', 'Used by', 'Last used', 'Updated']],
  ];
  for (const [width, wanted] of columns) {
    await page.setViewportSize({ width, height: 800 });
    await expect(page.getByRole('columnheader')).toHaveText([/All$/, ...wanted, 'Actions']);
    const first = page.locator('tbody tr').first();
    const [name, status, row] = [first.locator('th'), first.locator('td').nth(3), first];
    const [nameBox, statusBox, rowBox] = [await name.boundingBox(), await status.boundingBox(), await row.boundingBox()];
    expect(statusBox?.x, 'beside each other').toBeGreaterThan(nameBox?.x ?? 0);
    expect(rowBox?.height).toBeLessThan(72);
    await expectNoSidewaysScroll(page, `the list at ${width} px`);
  }
});

test('lists use wide windows, and forms do not', async ({ page }) => {
  await page.setViewportSize({ width: 1920, height: 900 });
  await open(page, `/secrets?q=${WALK}`);
  expect((await page.locator('table').boundingBox())?.width).toBeGreaterThan(1400);
  await open(page, '/secrets/new');
  expect((await page.locator('main form').first().boundingBox())?.width).toBeLessThan(900);
});

test('where columns give way, a row of words sorts by each, and none is cut off', async ({ page }) => {
  for (const width of [360, 900]) {
    await page.setViewportSize({ width, height: 740 });
    await open(page, `/secrets?q=${WALK}`);
    const words = page.getByRole('navigation', { name: 'Sort by' });
    await expect(words.getByRole('link')).toHaveText([/^Name/, /^Display Name/, /^Type/, /^Status/, /^Used by/, /^Last used/, /^Expires/, /^Updated/]);
    const tops = await words.getByRole('link').evaluateAll((links) => links.map((link) => link.getBoundingClientRect().top));
    expect(new Set(tops).size, 'rows of words').toBeLessThanOrEqual(width < 720 ? 3 : 1);
    await words.getByRole('link', { name: 'Display Name' }).click();
    await expect(page).toHaveURL(/sort=display/);
    await expect(words.locator('[aria-current]')).toHaveText(/Display Name\s*ascending/);
  }
});

test('in a narrow window the navigation is a menu', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await open(page, '/secrets/new');
  const places = page.getByRole('navigation', { name: 'Main' });
  await expect(places).toBeHidden();
  await page.getByRole('button', { name: 'Menu' }).click();
  await expect(places).toBeVisible();
  await expect(page.getByRole('group', { name: 'Theme' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(places).toBeHidden();
  await page.getByRole('button', { name: 'Menu' }).click();
  await places.getByRole('link', { name: 'Secrets' }).click();
  await expectHeading(page, 'Secrets');
  await expect(places).toBeHidden();
});
