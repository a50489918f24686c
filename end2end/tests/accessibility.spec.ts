import { expectAccessible } from '../support/accessibility.js';
import { expect, open, test } from '../support/fixtures.js';
import { PLACES } from '../support/places.js';

for (const { what, status, hydratedOnly, go } of PLACES) {
  test(`axe finds nothing wrong with ${what}, light and dark, wide and narrow`, async ({ page, secrets, faults, hydrated }) => {
    test.skip(!!hydratedOnly && !hydrated, 'only where the page answers by itself');
    if (status) faults.allowStatus(status);
    page.on('dialog', (dialog) => void dialog.accept());
    await go(page, secrets);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width: 1200, height: 800 });
      await expectAccessible(page, `${what}, ${colorScheme}, wide`);
      await page.setViewportSize({ width: 360, height: 740 });
      await expectAccessible(page, `${what}, ${colorScheme}, narrow`);
    }
  });
}

test('axe finds nothing wrong with the menu of a narrow window', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await open(page, '/secrets');
  await page.getByRole('button', { name: 'Menu' }).click();
  await expect(page.getByRole('group', { name: 'Theme' })).toBeVisible();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page, `the menu, ${colorScheme}`);
  }
});
