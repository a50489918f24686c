// No text of any page is cut off without a tooltip that has all of it, and no page scrolls sideways.

import type { Page } from '@playwright/test';
import { expectNoSidewaysScroll } from '../support/accessibility.js';
import { expect, open, test, type Secrets } from '../support/fixtures.js';
import { WALK } from '../support/walk.js';

const WIDTHS = [360, 768, 1280];

/** Returns the addresses of all pages that can be opened, with a secret of each type. */
async function addresses(secrets: Secrets): Promise<string[]> {
  const [key, account] = [await secrets.git(), await secrets.image({ registry_host: 'registry.a-long-host-name.example:5000/group' })];
  await secrets.remove(await secrets.image());
  const ofSecret = ['', '/edit', '/check', '/delete'];
  return [
    '/',
    '/search?q=a',
    '/secrets',
    `/secrets?q=${WALK}&type=image-pull&status=not-tested&unused=30`,
    '/secrets?q=no-such-thing',
    '/secrets/new',
    '/secrets/new?type=image-pull',
    '/secrets/import',
    '/secrets/deleted',
    ...ofSecret.flatMap((part) => [key.page + part, account.page + part]),
    `${key.page}/key`,
    `/secrets/selected/delete?id=${key.id}&id=${account.id}`,
    `/secrets/selected/manifests?id=${key.id}&id=${account.id}`,
    '/images',
    '/images/new',
    '/datasets',
    '/datasets/new',
    '/tokens',
    '/tokens?of=everybody',
    '/tokens/new',
    '/users',
    '/users/new',
    '/users/admin',
    '/users/admin/password-link',
    '/account',
    '/account/sessions/end-others',
    '/audit',
    '/help',
    '/help/git-dataset',
    '/api/docs',
    '/nowhere',
  ];
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
      test.setTimeout(60_000);
      faults.allowStatus(404);
      for (const address of await addresses(secrets)) {
        await open(page, address);
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: 800 });
          expect.soft(await cut(page), `${address} at ${width} px`).toEqual([]);
          await expectNoSidewaysScroll(page, `${address} at ${width} px`);
        }
      }
    });
  });
}
