// The list of an empty portal, on a portal of its own.

import { rmSync } from 'node:fs';
import { newFolder, ready as portalReady, signIn, start } from '../server.mjs';
import { expectAccessible, expectNoSidewaysScroll } from '../support/accessibility.js';
import { expect, expectHeading, open, test } from '../support/fixtures.js';

const folder = newFolder();
let address = '';
let session = '';
let portal: ReturnType<typeof start> | undefined;

test.beforeAll(async ({ baseURL }, { parallelIndex }) => {
  const { hostname, port } = new URL(baseURL ?? '');
  const addr = `${hostname}:${Number(port) + 1 + parallelIndex}`;
  address = `http://${addr}`;
  portal = start({ folder, addr });
  await portalReady(address);
  session = (await signIn(address)).split('=')[1] ?? '';
});

// Cookies are shared across ports: this one replaces the other portal's.
test.beforeEach(({ context }) =>
  context.addCookies([{ name: 'latchkey_session', value: session, domain: '127.0.0.1', path: '/', httpOnly: true, sameSite: 'Lax' }]),
);

test.afterAll(async () => {
  expect(await portal?.stop(), 'the exit code').toBe(0);
  rmSync(folder, { recursive: true, force: true });
});

test('an empty list says what to do next', async ({ page }) => {
  const answer = await open(page, `${address}/secrets`);
  expect(answer?.status()).toBe(200);
  await expectHeading(page, 'Secrets');
  await expect(page.getByText('No secrets yet.')).toBeVisible();
  await expect(page.locator('table')).toHaveCount(0);
  await expect(page.getByRole('search')).toBeHidden();
  await page.getByRole('link', { name: 'Add the first secret' }).click();
  await expectHeading(page, 'Add secret');
});

test('axe finds nothing wrong with an empty list, and it fits a narrow window', async ({ page }) => {
  await open(page, `${address}/secrets`);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page, `the empty list, ${colorScheme}`);
  }
  for (const width of [320, 360]) {
    await page.setViewportSize({ width, height: 740 });
    await expectNoSidewaysScroll(page, `the empty list at ${width} px`);
  }
});

test('an empty list stays empty on every requested page', async ({ page }) => {
  for (const query of ['before=end', 'after=image-a', 'sort=name&before=image-a', 'size=100']) {
    await open(page, `${address}/secrets?${query}`);
    await expect(page.getByText('No secrets yet.')).toBeVisible();
  }
});
