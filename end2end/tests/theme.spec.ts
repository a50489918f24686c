import type { Page } from '@playwright/test';
import { expect, expectHeading, expectList, field, open, test } from '../support/fixtures.js';

const LIGHT = 'rgb(255, 255, 255)';
const DARK = 'rgb(14, 19, 26)';

const ground = (page: Page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
const theme = (page: Page, name: string) => page.getByRole('group', { name: 'Theme' }).getByRole('button', { name, exact: true });

for (const [scheme, colour] of [['light', LIGHT], ['dark', DARK]] as const) {
  test.describe(`with a ${scheme} system`, () => {
    test.use({ colorScheme: scheme });

    test('the page follows, until another theme is chosen', async ({ page }) => {
      await open(page, '/secrets');
      expect(await ground(page)).toBe(colour);
      await expect(theme(page, 'Auto')).toHaveAttribute('aria-pressed', 'true');
    });

    test('the choice is remembered, on every page, from the first byte', async ({ page, request }) => {
      await open(page, '/secrets/new');
      const [other, otherColour] = scheme === 'light' ? ['Dark', DARK] : ['Light', LIGHT];
      await theme(page, other).click();
      await expect.poll(() => ground(page)).toBe(otherColour);
      await expect(theme(page, other)).toHaveAttribute('aria-pressed', 'true');
      await expect(theme(page, 'Auto')).toHaveAttribute('aria-pressed', 'false');
      await expectHeading(page, 'Add secret');
      await page.reload();
      expect(await ground(page)).toBe(otherColour);
      await open(page, '/secrets');
      expect(await ground(page)).toBe(otherColour);
      const cookies = await page.context().cookies();
      const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
      const html = await (await request.get('/secrets', { headers: { cookie } })).text();
      expect(html).toContain(`data-theme="${other.toLowerCase()}"`);
      await theme(page, 'Auto').click();
      await expect.poll(() => ground(page)).toBe(colour);
      await page.reload();
      expect(await ground(page)).toBe(colour);
    });
  });
}

test('switching stays on the page', async ({ page }) => {
  await open(page, '/secrets?q=some+words&size=50');
  await theme(page, 'Dark').click();
  await expect.poll(() => ground(page)).toBe(DARK);
  await expectList(page);
  await expect(page).toHaveURL('/secrets?q=some+words&size=50');
  await expect(field(page, 'Search')).toHaveValue('some words');
});

test('switching keeps a half-filled form', async ({ page, hydrated }) => {
  test.skip(!hydrated, 'without JavaScript it is a page of its own');
  await open(page, '/secrets/new');
  await field(page, 'Display Name').fill('half done');
  await theme(page, 'Dark').click();
  await expect.poll(() => ground(page)).toBe(DARK);
  await expect(field(page, 'Display Name')).toHaveValue('half done');
});

test('the redirect after switching stays on this site', async ({ request }) => {
  for (const back of ['//evil.example', '/\\evil.example', 'https:evil.example', 'https://evil.example/', 'javascript:alert(1)', '/\tevil']) {
    const answer = await request.post('/theme', { form: { theme: 'dark', back }, maxRedirects: 0 });
    expect(answer.status(), back).toBe(303);
    expect(answer.headers()['location'], back).toBe('/');
  }
});

test('an unknown theme is rejected', async ({ request }) => {
  const answer = await request.post('/theme', { form: { theme: 'pink', back: '/secrets' }, maxRedirects: 0 });
  expect(answer.status()).toBe(400);
  expect(answer.headers()['set-cookie']).toBeUndefined();
});

test('an invalid cookie does no harm', async ({ page, context, baseURL }) => {
  await context.addCookies([{ name: 'latchkey_theme', value: 'x%22onload%3D', url: baseURL ?? '' }]);
  await open(page, '/secrets');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'system');
});
