// The focus is always seen: each control has a ring, and nothing cuts it off.

import type { Page } from '@playwright/test';
import { addresses } from '../support/addresses.js';
import { expect, open, test } from '../support/fixtures.js';

/** Returns the visible controls without a ring in full when they have the focus, folded ones included. */
async function without(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    for (const folded of document.querySelectorAll('details')) folded.open = true;
    const found: string[] = [];
    for (const control of document.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, summary, [tabindex="0"]')) {
      if (!control.checkVisibility({ visibilityProperty: true }) || control.closest('.unseen')) continue;
      control.focus({ focusVisible: true, preventScroll: true } as FocusOptions);
      if (document.activeElement !== control) continue;
      const { outlineStyle, outlineWidth, outlineOffset } = getComputedStyle(control);
      const what = control.outerHTML.slice(0, 100);
      if (outlineStyle === 'none') found.push(`no ring: ${what}`);
      const ring = parseFloat(outlineWidth) + parseFloat(outlineOffset);
      const { left, right, top, bottom } = control.getBoundingClientRect();
      for (let around = control.parentElement; around && around !== document.body; around = around.parentElement) {
        const { overflowX, overflowY } = getComputedStyle(around);
        const [wide, high] = [around.scrollWidth > around.clientWidth, around.scrollHeight > around.clientHeight];
        const clips = (overflow: string, scrolls: boolean) => overflow !== 'visible' && !(scrolls && /auto|scroll/.test(overflow));
        const edge = around.getBoundingClientRect();
        // What is scrolled away, the browser scrolls to.
        const cutX = (left >= edge.left && left - ring < edge.left) || (right <= edge.right && right + ring > edge.right);
        const cutY = (top >= edge.top && top - ring < edge.top) || (bottom <= edge.bottom && bottom + ring > edge.bottom);
        if ((clips(overflowX, wide) && cutX) || (clips(overflowY, high) && cutY)) found.push(`cut by ${around.className}: ${what}`);
      }
    }
    return found;
  });
}

test('no focus ring is missing or cut off', async ({ page, secrets, faults, hydrated }) => {
  test.setTimeout(180_000);
  test.skip(!hydrated, 'the styles are the same');
  faults.allowStatus(404);
  for (const address of await addresses(secrets)) {
    await open(page, address);
    // The ring is for those who use the keyboard.
    await page.keyboard.press('Tab');
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      expect.soft(await without(page), `${address} at ${width} px`).toEqual([]);
    }
  }
});
