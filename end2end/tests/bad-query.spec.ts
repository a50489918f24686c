// A list query with nonsense gives the nearest sensible page, never an error page.

import { expect, expectHeading, field, names, open, test } from '../support/fixtures.js';
import { STEPS, WALK } from '../support/walk.js';

const NONSENSE: [string, string][] = [
  ['a negative page', 'page=-1'],
  ['an unknown sort', 'sort=password'],
  ['an empty sort', 'sort=-'],
  ['two sorts', 'sort=name&sort=type'],
  ['an unknown type', 'type=plaintext'],
  ['a size of nothing', 'size=0'],
  ['a huge size', 'size=99999999999999999999'],
  ['a size that is a word', 'size=ten'],
  ['a forged cursor', 'after=gitsync-secret-x~y~z'],
  ['a cursor of another sort', 'sort=name&after=image-a~17'],
  ['a cursor with SQL', "after=image-a'%20OR%20'1'='1"],
  ['a cursor beyond time', 'sort=updated&after=image-a~99999999999999999999999'],
  ['a cursor before time', 'sort=-updated&after=image-a~-9223372036854775808'],
  ['cursors both ways', 'after=image-a&before=image-b'],
  ['a cursor of nothing', 'after='],
  ['bad percent signs', 'q=%&after=%zz&sort=%2'],
  ['bytes that are no text', 'q=%ff%fe&after=%c3%28'],
  ['a zero byte', 'q=a%00b&after=image-a%00'],
  ['names of parameters that nobody knows', 'admin=true&__err=eyJ4Ijp9&__path=/x'],
  ['no names at all', '&&&=&==&a'],
  ['brackets', 'q[]=1&q[a][b]=2&type[]=image-pull'],
  ['markup', 'q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E'],
  ['wild cards', 'q=%25_%5C'],
  ['a regular expression', 'q=(.*)%2B%24%5B'],
  ['ten thousand letters of search', `q=${'a'.repeat(10_000)}`],
  ['ten thousand escapes of search', `q=${'%F0%9F%94%91'.repeat(830)}`],
  ['ten thousand letters of cursor', `after=image-${'a'.repeat(10_000)}`],
  ['a thousand parameters', Array.from({ length: 1000 }, (_, index) => `p${index}=1`).join('&')],
];

test('an invalid query gives a page of the list', async ({ page }) => {
  test.setTimeout(180_000);
  for (const [what, query] of NONSENSE) {
    await test.step(what, async () => {
      const answer = await open(page, `/secrets?${query}`);
      expect(answer?.status()).toBe(200);
      await expectHeading(page, 'Secrets');
      await expect(page.locator('table, .nothing')).toBeVisible();
      await expect(page.getByRole('alert')).toHaveCount(0);
      await expect(field(page, 'Search')).toBeVisible();
      await expect(page.getByRole('link', { name: 'Add', exact: true })).toBeVisible();
    });
  }
});

test('valid parameters are used, invalid ones ignored', async ({ page }) => {
  await open(page, `/secrets?q=${WALK}&sort=nonsense&size=50&type=nonsense&page=7&after=nonsense`);
  await expect(field(page, 'Rows per page')).toHaveValue('50');
  expect(await names(page)).toEqual(STEPS.map((step) => step.name).reverse());
});

test('a cursor past the end gives the nearest page that has rows', async ({ page }) => {
  await open(page, `/secrets?q=${WALK}&sort=name&after=image-zzzz`);
  await expect(page.getByRole('rowheader', { name: STEPS.at(-1)?.name ?? '' })).toBeVisible();
  await open(page, `/secrets?q=${WALK}&sort=name&before=gitsync-secret-0`);
  await expect(page.getByRole('rowheader', { name: STEPS[0]?.name ?? '' })).toBeVisible();
});

test('a cursor at a secret that is gone still leads on', async ({ page }) => {
  await open(page, `/secrets?q=${WALK}&sort=name&size=10&after=gitsync-secret-${WALK}-09x`);
  expect(await names(page)).toEqual(STEPS.slice(10, 20).map((step) => step.name));
});

test('a list query carried by a form leads nowhere else', async ({ page }) => {
  for (const list of ['https://evil.example', '//evil.example', 'javascript:alert(1)', '%2F%2Fevil.example', 'q=a&x=../../evil']) {
    await open(page, `/secrets/new?list=${encodeURIComponent(list)}`);
    await expect(page.getByRole('link', { name: 'Cancel', exact: true })).toHaveAttribute('href', /^\/secrets(\?[^/]*)?$/);
  }
});
