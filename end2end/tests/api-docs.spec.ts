import { expectNoSidewaysScroll } from '../support/accessibility.js';
import { expect, expectHeading, open, test } from '../support/fixtures.js';
import { become } from '../support/people.js';
import { NOBODY } from '../support/session.js';

interface Description {
  paths: Record<string, Record<string, { summary: string; tags: string[] }>>;
}

test('the navigation leads to the tokens, and from there to the description of the API', async ({ page }) => {
  await open(page, '/secrets');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Tokens' }).click();
  await expectHeading(page, 'Tokens');
  await page.getByRole('link', { name: 'API reference' }).click();
  await expectHeading(page, 'API');
  await expect(page).toHaveTitle('API · Latchkey');
  await page.getByRole('main').getByRole('link', { name: 'Tokens', exact: true }).first().click();
  await expectHeading(page, 'Tokens');
});

test('every operation of the OpenAPI description is there once, and the contents link to it', async ({ page }) => {
  await open(page, '/api/docs');
  const machines = page.getByRole('link', { name: 'OpenAPI 3.1 description' });
  const address = (await machines.getAttribute('href')) ?? '';
  const { paths } = (await (await page.request.get(address)).json()) as Description;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { summary, tags }]) => ({
      // Text that is marked as code is plain in the summary.
      summary: summary.replaceAll('`', ''),
      tags,
      words: `${method.toUpperCase()} ${path}`,
    })),
  );
  expect(operations.length).toBeGreaterThanOrEqual(30);
  const shown = await page.locator('section .operation').allTextContents();
  expect(shown.sort()).toEqual(operations.map(({ words }) => words).sort());

  const contents = page.getByRole('navigation', { name: 'On this page' });
  const groups = [...new Set(operations.flatMap(({ tags }) => tags)), 'Problems'];
  const labels = [...groups, ...operations.map(({ summary }) => summary)];
  expect((await contents.getByRole('link').allTextContents()).sort()).toEqual(labels.sort());
  for (const link of await contents.getByRole('link').all()) {
    const target = (await link.getAttribute('href')) ?? '';
    await expect(page.locator(`[id="${target.slice(1)}"]`), target).toHaveCount(1);
  }
  for (const { words, summary } of operations.filter((_, number) => number % 7 === 0)) {
    await contents.getByRole('link', { name: summary, exact: true }).click();
    const section = page.locator('section', { has: page.getByText(words, { exact: true }) });
    await expect(section.getByRole('heading', { name: summary, exact: true })).toBeInViewport();
  }
});

test('the type of a problem links to its meaning', async ({ page }) => {
  const answer = await page.request.get('/api/v1/me');
  expect(answer.status()).toBe(401);
  const { type } = (await answer.json()) as { type: string };
  await open(page, type);
  const word = page.locator('dt:target');
  await expect(word).toHaveText('unauthorized');
  await expect(word).toBeInViewport();
  await expect(page.locator('dt:target + dd')).toContainText('The token is missing');
});

test('the page loads nothing from elsewhere', async ({ page, context, baseURL }) => {
  const asked: string[] = [];
  context.on('request', (request) => asked.push(request.url()));
  await open(page, '/api/docs');
  expect(asked.length).toBeGreaterThan(1);
  expect(asked.filter((url) => new URL(url).origin !== baseURL)).toEqual([]);
  const named = await page.locator('[src], [href]').evaluateAll((elements) =>
    elements.map((element) => new URL(element.getAttribute('src') ?? element.getAttribute('href') ?? '', location.href).origin),
  );
  expect([...new Set(named)]).toEqual([baseURL]);
});

test('folded parts open by keyboard', async ({ page }) => {
  await open(page, '/api/docs#get-api-v1-secrets-id-value');
  const section = page.locator('[id="get-api-v1-secrets-id-value"]');
  await expect(section).toContainText('GET /api/v1/secrets/{id}/value');
  const meaning = section.getByText('There is no such secret', { exact: true });
  await expect(meaning).toBeHidden();
  await section.getByText('Status codes', { exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect(meaning).toBeVisible();
});

for (const width of [360, 1200]) {
  test(`every word can be read in a window of ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 740 });
    await open(page, '/api/docs');
    await expectNoSidewaysScroll(page, `${width} px`);
    const cut = await page.locator('main *').evaluateAll((elements) =>
      elements
        // Words for screen readers alone are not seen.
        .filter((element) => !element.closest('.unseen') && element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== 'inline')
        .map((element) => element.outerHTML.slice(0, 120)),
    );
    expect(cut).toEqual([]);
  });
}

test('links of the contents are large enough for a thumb', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await open(page, '/api/docs');
  const links = page.getByRole('navigation', { name: 'On this page' }).getByRole('link');
  const heights = await links.evaluateAll((elements) => elements.map((element) => element.getBoundingClientRect().height));
  expect(Math.min(...heights)).toBeGreaterThanOrEqual(44);
});

test.describe('without a session', () => {
  test.use({ storageState: NOBODY });

  test('the description is public, because scripts are written without a session', async ({ page }) => {
    await open(page, '/api/docs');
    await expectHeading(page, 'API');
    await expect(page.locator('section .operation').first()).toBeVisible();
  });

  test('a reader finds the description', async ({ page }) => {
    await become(page, 'reader');
    await open(page, '/tokens');
    await page.getByRole('link', { name: 'API reference' }).click();
    await expectHeading(page, 'API');
  });
});
