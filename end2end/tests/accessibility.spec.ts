import { expectAccessible } from '../support/accessibility.js';
import { addresses } from '../support/addresses.js';
import { expect, open, test } from '../support/fixtures.js';
import { PLACES } from '../support/places.js';

const WIDTHS = [360, 768, 1280, 1920];

for (const { what, status, hydratedOnly, go } of PLACES) {
  test(`axe finds nothing wrong with ${what}, light and dark, at each width`, async ({ page, secrets, faults, hydrated }) => {
    test.skip(!!hydratedOnly && !hydrated, 'only where the page answers by itself');
    if (status) faults.allowStatus(status);
    page.on('dialog', (dialog) => void dialog.accept());
    await go(page, secrets);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      // Without scripts the same styles meet the same markup, so the ends will do.
      for (const width of hydrated ? WIDTHS : [WIDTHS[0] ?? 0, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        await expectAccessible(page, `${what}, ${colorScheme}, ${width} px`);
      }
    }
  });
}

test.describe('in Traditional Chinese', () => {
  test.use({ locale: 'zh-TW' });

  // In two halves, which run beside each other.
  for (const half of [0, 1]) {
    test(`axe finds nothing wrong with any page, light and dark, at each width (${half + 1} of 2)`, async ({ page, secrets, faults, hydrated }) => {
      test.skip(!hydrated, 'the language changes no markup');
      test.setTimeout(240_000);
      faults.allowStatus(404);
      const all = await addresses(secrets);
      for (const address of all.filter((_, number) => number % 2 === half)) {
        await open(page, address);
        await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hant');
        await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
        await page.setViewportSize({ width: 1280, height: 800 });
        await expectAccessible(page, `${address}, dark`);
        await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: 800 });
          await expectAccessible(page, `${address}, light, ${width} px`);
        }
      }
    });
  }
});

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
