import type { Page } from '@playwright/test';
import { expect, open, test } from '../support/fixtures.js';
import { PLACES } from '../support/places.js';
import { WALK } from '../support/walk.js';

interface Stop {
  what: string;
  /** Tells apart elements that begin alike. */
  where: number;
  ring: boolean;
  onScreen: boolean;
  covered: boolean;
}

/** Returns the element with the focus, and whether the focus is visible. */
async function stop(page: Page): Promise<Stop | null> {
  return page.evaluate(() => {
    const active = document.activeElement;
    if (!active || active === document.body || active === document.documentElement) return null;
    const ring = (element: Element) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2;
    };
    // A hidden file input shows its focus on its label.
    const label = active instanceof HTMLInputElement && active.type === 'file' ? active.labels?.[0] : undefined;
    const shown = label ?? active;
    const box = shown.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const top = document.elementFromPoint(x, y);
    return {
      what: active.outerHTML.slice(0, 120),
      where: [...document.querySelectorAll('*')].indexOf(active),
      // A visible file input shows the ring itself.
      ring: ring(shown) || ring(active),
      onScreen: box.width > 0 && box.height > 0 && x >= 0 && y >= 0 && x <= innerWidth && y <= innerHeight,
      covered: top !== null && !shown.contains(top) && !top.contains(shown),
    };
  });
}

for (const { what, status, hydratedOnly, go } of PLACES) {
  test(`the focus can be seen at every stop: ${what}`, async ({ page, secrets, faults, hydrated }) => {
    test.skip(!!hydratedOnly && !hydrated, 'only where the page answers by itself');
    if (status) faults.allowStatus(status);
    page.on('dialog', (dialog) => void dialog.accept());
    await go(page, secrets);
    const seen: number[] = [];
    // From the top; a modal dialog keeps the focus within.
    if (!(await page.locator('dialog[open]').count())) await page.locator('a').first().focus();
    // An element that a mouse or script focused has no ring until the keyboard returns to it.
    await page.keyboard.press('Tab');
    await page.keyboard.press('Shift+Tab');
    for (let step = 0; step < 260; step += 1) {
      const here = await stop(page);
      // A date field has stops within: day, month, year.
      const within = here !== undefined && here !== null && seen.at(-1) === here.where;
      if (!here || (seen.includes(here.where) && !within)) break;
      if (!within) seen.push(here.where);
      expect(here, here.what).toMatchObject({ ring: true, onScreen: true, covered: false });
      await page.keyboard.press('Tab');
    }
    // The walk ends after the last control, and not where the focus got lost.
    const last = await page.evaluate(() => {
      const scope = document.querySelector('dialog[open]') ?? document;
      const all = [...scope.querySelectorAll('a[href], button, input, select, textarea, summary')].filter((element) =>
        element.checkVisibility({ visibilityProperty: true }),
      );
      return [...document.querySelectorAll('*')].indexOf(all.at(-1) ?? document.body);
    });
    expect(seen.at(-1)).toBe(last);
    expect(seen.length, 'stops').toBeGreaterThan(1);
  });
}

test('the list can be sorted, paged and edited by keyboard', async ({ page }) => {
  await open(page, `/secrets?q=${WALK}`);
  await page.getByRole('columnheader', { name: 'Name', exact: true }).getByRole('link').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('columnheader', { name: 'Name', exact: true })).toHaveAttribute('aria-sort', 'ascending');
  await page.getByRole('link', { name: 'Next', exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('rowheader', { name: `${WALK}-20` })).toBeVisible();
  await page.getByRole('link', { name: `Edit ${WALK}-20`, exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Edit secret');
});
