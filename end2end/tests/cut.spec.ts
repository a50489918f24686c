// No text of any page is cut off without a tooltip that has all of it, and no page scrolls sideways, whatever font the system
// has: these are wide, narrow and in between, each of another family.

import type { Page } from '@playwright/test';
import { expectNoSidewaysScroll } from '../support/accessibility.js';
import { addresses } from '../support/addresses.js';
import { expect, open, test } from '../support/fixtures.js';

const WIDTHS = [360, 768, 1280, 1366, 1920];

const FONTS = ['DejaVu Sans', 'Liberation Sans', 'Inter'];

/** Shows the page in this font, which must be installed. */
async function choose(page: Page, font: string): Promise<void> {
  await page.evaluate((font) => document.documentElement.style.setProperty('--sans', `"${font}"`), font);
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
}

/** Returns the visible texts that their element cuts off. */
async function cut(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const hides = (overflow: string) => overflow === 'hidden' || overflow === 'clip';
    const found: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>('body *')) {
      const text = element.textContent?.trim();
      if (!text || !element.checkVisibility({ visibilityProperty: true })) continue;
      // Texts for screen readers alone, and the button that Enter presses.
      const { width, height } = element.getBoundingClientRect();
      if (width <= 1 || height <= 1 || element.closest('.unseen')) continue;
      const style = getComputedStyle(element);
      const over =
        (hides(style.overflowX) && element.scrollWidth > element.clientWidth + 1) ||
        (hides(style.overflowY) && element.scrollHeight > element.clientHeight + 1);
      if (over && !element.closest('[title]')) found.push(`${element.tagName} ${element.className}: ${text.slice(0, 80)}`);
    }
    return found;
  });
}

for (const [language, locale] of [
  ['English', 'en'],
  ['Traditional Chinese', 'zh-TW'],
] as const) {
  test.describe(language, () => {
    test.use({ locale });

    test('no text is cut off', async ({ page, secrets, faults }) => {
      test.setTimeout(240_000);
      faults.allowStatus(404);
      for (const address of await addresses(secrets)) {
        await open(page, address);
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: 800 });
          for (const font of FONTS) {
            await choose(page, font);
            expect.soft(await cut(page), `${address} at ${width} px in ${font}`).toEqual([]);
            await expectNoSidewaysScroll(page, `${address} at ${width} px in ${font}`);
          }
        }
      }
    });
  });
}
