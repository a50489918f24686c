// No state and no date is cut off in any common font, and neither is anything else without a full tooltip.

import type { Page } from '@playwright/test';
import { ask } from '../support/database.js';
import { expect, open, row, test, unique } from '../support/fixtures.js';

/** Wider and narrower fonts than most; for a missing one, its substitute does as well. */
const FONTS = ['DejaVu Sans', 'Inter', 'Roboto', 'Liberation Sans', 'monospace'];

const STATES = ['works', 'refused', 'unreachable', 'host-key-changed', 'not-tested', 'open'];

/** Returns the elements whose content is wider or higher than they are. */
async function cut(page: Page, selector: string): Promise<string[]> {
  return page.evaluate((wanted) => {
    const wrong: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>(wanted)) {
      const cell = element.closest('td, th');
      const inner = element.getBoundingClientRect();
      const outer = cell?.getBoundingClientRect();
      const over = element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== 'inline';
      const cellCut = cell && getComputedStyle(cell).overflowX !== 'visible' && cell.scrollWidth > cell.clientWidth + 1;
      if (over || cellCut || (outer && inner.right > outer.right + 1)) wrong.push(`${element.className}: ${element.textContent?.trim()}`);
    }
    return wrong;
  }, selector);
}

async function inEveryFont(page: Page, what: string, selector: string): Promise<void> {
  for (const width of [1200, 1280, 1366, 1920, 1199, 768, 360]) {
    await page.setViewportSize({ width, height: 800 });
    for (const font of FONTS) {
      await page.evaluate((name) => document.documentElement.style.setProperty('--sans', `"${name}"`), font);
      await expect.poll(() => page.locator(selector).count()).toBeGreaterThan(0);
      expect.soft(await cut(page, selector), `${what} at ${width} px in ${font}`).toEqual([]);
    }
  }
}

test('states and times are not cut off in the list', async ({ page, secrets }) => {
  const mark = unique('state');
  for (const [number, state] of STATES.entries()) {
    const secret = await secrets.image({ name: `${mark}-${number}` });
    ask(
      `UPDATE secrets SET check_status = '${state}', check_cause = 'timed-out', last_read_at = now() - interval '320 days', ` +
        `updated_at = now() - interval '330 days' WHERE name = '${secret.name}'`,
    );
  }
  await open(page, `/secrets?q=${mark}`);
  await expect(row(page, { name: `${mark}-3` })).toContainText('Host key changed');
  await expect(row(page, { name: `${mark}-3` })).toContainText('10 months ago');
  await inEveryFont(page, 'the list', '.secrets td:nth-child(5) a, td > time');
});

test('dates of tokens and of deleted secrets are not cut off', async ({ page, secrets }) => {
  const secret = await secrets.git();
  await secrets.remove(secret);
  await open(page, '/secrets/deleted');
  await inEveryFont(page, 'the deleted secrets', 'td > time');
  await page.request.post('/tokens/new', { form: { name: unique('dated'), scope: 'read-metadata' } });
  await open(page, '/tokens');
  await inEveryFont(page, 'the tokens', 'td > time');
});

/** The cells of tables without a tooltip. */
const WITHOUT_TOOLTIP = 'tbody th:not([title]), tbody td:not([title], .row-actions, .secrets td:is(:first-child, :nth-child(4), :last-child))';

/** The longest states, names and addresses that such a cell may have to hold. */
const LONGEST = `Rejected until the owner signs in again: 2001:db8:1234:5678:9abc:def0:1234:5678 ${'w'.repeat(64)}`;

for (const address of ['/secrets', '/secrets/deleted', '/images', '/tokens', '/users', '/audit', '/account']) {
  test(`texts without a full tooltip wrap: ${address}`, async ({ page, secrets }) => {
    const [secret] = [await secrets.image({ registry_host: 'ghcr.io' }), await secrets.remove(await secrets.git())];
    await page.request.post('/images/new', { form: { name: unique('app'), image: 'quay.io/a', pull_secret: secret.id }, maxRedirects: 0 });
    await page.request.post('/tokens/new', { form: { name: unique('dated'), scope: 'read-metadata' } });
    await open(page, address);
    await page.locator(WITHOUT_TOOLTIP).evaluateAll((cells, text) => cells.forEach((cell) => cell.append(` ${text}`)), LONGEST);
    await inEveryFont(page, address, WITHOUT_TOOLTIP);
  });
}
