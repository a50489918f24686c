// Every page in the pseudo-language, which has brackets around each text of the catalogue: a text without them has been forgotten.

import type { Page } from '@playwright/test';
import { ask } from '../support/database.js';
import { expect, open, test } from '../support/fixtures.js';

test.use({ locale: 'en-XA' });

/** Pages that are not in the navigation, and that the guides' list does not lead to. */
const FURTHER = ['/account', '/search?q=a', '/secrets/import', '/users/new', '/tokens/new', '/images/new', '/datasets/new', '/nowhere'];

/** Pages with texts that are not in the catalogue yet. A page that has none any more fails the spec until it is off the list. */
const NOT_YET = new Set(['/secrets']);

/** Names that are the same in every language. */
const NAMES = [
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
  // The browser that has signed in for the specs.
  'node',
];

/** Returns what people have typed, and what the portal writes the same in every language, such as ids. */
function data(): Set<string> {
  // The columns differ in their collations, so each is asked for by itself.
  const columns = [
    ...['name', 'display_name', 'registry_host', 'registry_username'].map((column) => `SELECT ${column} FROM secrets`),
    "SELECT CASE kind WHEN 'git-dataset' THEN 'gitsync-secret-' ELSE 'image-' END || name FROM secrets",
    ...['name', 'target', 'branch'].map((column) => `SELECT ${column} FROM usages`),
    'SELECT name FROM users',
    'SELECT name FROM api_tokens',
    ...['actor', 'object', 'address'].map((column) => `SELECT ${column} FROM audit_records`),
  ];
  const texts = ask(columns.map((column) => `SELECT t::text COLLATE "C" FROM (${column}) AS one (t)`).join(' UNION ALL '));
  return new Set([...NAMES, ...texts.split('\n')].map((text) => text.trim()));
}

/** Returns the visible texts that stand in no brackets. */
async function outside(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    let depth = 0;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (!parent || parent.closest('script, style, noscript, code')) continue;
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
  const known = data();
  return (await outside(page)).filter((text) => !known.has(text));
}

test('no page of the navigation has a text outside of the catalogue', async ({ page, secrets, faults }) => {
  test.setTimeout(180_000);
  faults.allowStatus(404);
  const secret = await secrets.image();
  await secrets.change(secret, { version: '1', display_name: 'Changed', registry_host: 'a.example', username: 'u', password: 'p' });
  await open(page, '/');
  const links = async (places: ReturnType<Page['locator']>) =>
    places.evaluateAll((found) => found.map((link) => link.getAttribute('href') ?? ''));
  const navigation = await links(page.locator('nav a[href^="/"]'));
  expect(navigation.length).toBeGreaterThanOrEqual(7);
  await open(page, '/help');
  const guides = await links(page.locator('main a[href^="/help/"]'));
  expect(guides.length).toBeGreaterThanOrEqual(8);
  const found: Record<string, string[]> = {};
  for (const address of new Set([...navigation, ...guides, ...FURTHER])) {
    const texts = await forgotten(page, address);
    if (NOT_YET.has(address)) expect(texts, `${address} is complete`).not.toEqual([]);
    else if (texts.length) found[address] = texts;
  }
  expect(found).toEqual({});
});
