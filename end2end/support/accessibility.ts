import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, type Page } from '@playwright/test';
import type { AxeResults } from 'axe-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Runs axe-core over the page as it is shown now. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  await page.evaluate(() => {
    // Without scripts timers never fire, and axe waits for some of zero length.
    if (!matchMedia('(scripting: enabled)').matches) {
      window.setTimeout = ((work: (...rest: unknown[]) => void, _delay?: number, ...rest: unknown[]) => {
        void Promise.resolve().then(() => work(...rest));
        return 0;
      }) as unknown as typeof window.setTimeout;
    }
  });
  // An element that sticks to an edge of the window covers rows only until one scrolls, and axe does not scroll: it lies where it belongs meanwhile.
  await page.evaluate(() => {
    for (const element of document.querySelectorAll<HTMLElement>('body *')) {
      if (getComputedStyle(element).position === 'sticky') element.style.position = 'relative';
    }
  });
  await page.evaluate(source);
  const violations = await page.evaluate(async (tags) => {
    const { axe } = window as unknown as { axe: { run: (what: Document, how: object) => Promise<AxeResults> } };
    const results = await axe.run(document, {
      runOnly: { type: 'tag', values: tags },
      resultTypes: ['violations'],
      preload: false,
    });
    return results.violations.map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary ?? ''}`),
    }));
  }, RULES);
  // Soft, so that one violation does not hide those of the other themes and widths.
  expect.soft(violations, what).toEqual([]);
}

/** Expects that nothing on the page extends beyond the right edge of the window. */
export async function expectNoSidewaysScroll(page: Page, what: string): Promise<void> {
  const { wide, window, culprits } = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const culprits = [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > width + 1)
      .map((element) => element.outerHTML.slice(0, 160));
    return { wide: document.documentElement.scrollWidth, window: width, culprits };
  });
  expect(wide, `${what}: ${culprits.slice(0, 5).join('\n')}`).toBeLessThanOrEqual(window);
}
