// Every page in the pseudo-language, which has brackets around each text of the catalogue: a text without them has been forgotten.

import type { Page } from '@playwright/test';
import { expect, open, test } from '../support/fixtures.js';
import { OwnPortal } from '../support/own-portal.js';

test.use({ locale: 'en-XA' });

/** Pages that are not in the navigation, and that the guides' list does not lead to. */
const FURTHER = ['/account', '/search?q=a', '/secrets/import', '/secrets/deleted', '/secrets/new', '/secrets/image-typed', '/secrets/image-typed/edit', '/secrets/image-typed/check', '/secrets/image-typed/delete', '/users/new', '/tokens/new', '/images/new', '/datasets/new', '/nowhere'];

/** What people have typed, and what is the same in every language. */
const SAME = new Set([
  'Latchkey',
  'English',
  '繁體中文',
  'Docker Hub',
  'GitHub Container Registry',
  'GitLab',
  'Quay',
  'Amazon ECR',
  'Google Artifact Registry',
  'Azure Container Registry',
  // The browser that has signed in.
  'node',
  'admin',
  'a.example',
  'u',
  'Typed display name',
  'typed',
  'image-typed',
  'a.example/group/app:1',
  'git@a.example:group/data.git',
  'typed-image',
  'typed-dataset',
  // The objects of records, and the actor of what the server does when it starts.
  'images/',
  'datasets/',
  'images/typed-image',
  'datasets/typed-dataset',
  'start',
]);

/** Returns the visible texts that stand in no brackets, besides what is in English for everybody. */
async function outside(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    let depth = 0;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (!parent || parent.closest('script, style, noscript, code, body [lang=en]')) continue;
      let text = '';
      for (const letter of node.textContent ?? '') {
        if (letter === '[') depth += 1;
        else if (letter === ']') depth = Math.max(0, depth - 1);
        else if (depth === 0) text += letter;
      }
      if (/\p{L}{2}/u.test(text) && parent.checkVisibility()) found.push(text.replace(/^\s*·|·\s*$/g, '').trim());
    }
    return found;
  });
}

async function forgotten(page: Page, address: string): Promise<string[]> {
  await open(page, address);
  await expect(page.locator('html')).toHaveAttribute('lang', 'en-XA');
  return (await outside(page)).filter((text) => !SAME.has(text));
}

/** Sends a form as the page does. */
async function submit(page: Page, address: string, form: Record<string, string>): Promise<void> {
  const answer = await page.request.post(address, { form, maxRedirects: 0 });
  expect(answer.status(), address).toBe(303);
}

test('no page of the navigation has a text outside of the catalogue', async ({ page, faults }) => {
  test.setTimeout(180_000);
  faults.allowStatus(404);
  // A portal of its own, because texts that other tests type stand in no brackets either.
  const portal = await OwnPortal.start();
  try {
    await portal.signIn(page.context());
    const at = (path: string) => `${portal.address}${path}`;
    const typed = { name: 'typed', display_name: 'Typed display name', registry_host: 'a.example', username: 'u', password: 'p' };
    await submit(page, at('/secrets/new'), { type: 'image-pull', ...typed });
    await submit(page, at('/images/new'), { name: 'typed-image', image: 'a.example/group/app:1', pull_secret: 'image-typed' });
    await submit(page, at('/datasets/new'), { name: 'typed-dataset', repository: 'git@a.example:group/data.git' });
    await open(page, at('/'));
    const links = async (places: ReturnType<Page['locator']>) =>
      places.evaluateAll((found) => found.map((link) => link.getAttribute('href') ?? ''));
    const navigation = await links(page.locator('nav a[href^="/"]'));
    expect(navigation.length).toBeGreaterThanOrEqual(7);
    await open(page, at('/help'));
    const guides = await links(page.locator('main a[href^="/help/"]:not([lang=en] a)'));
    expect(guides.length).toBeGreaterThanOrEqual(8);
    const found: Record<string, string[]> = {};
    for (const path of new Set([...navigation, ...guides, ...FURTHER])) {
      const texts = await forgotten(page, at(path));
      if (texts.length) found[path] = texts;
    }
    expect(found).toEqual({});
  } finally {
    expect(await portal.stop(), 'the exit code').toBe(0);
  }
});
