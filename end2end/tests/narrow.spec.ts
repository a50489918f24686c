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
