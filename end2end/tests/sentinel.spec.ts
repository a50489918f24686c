// Plants a sentinel in every value, and then looks for it everywhere.

import type { Page, Response } from '@playwright/test';
import { confirm, expect, expectList, open, row, stored, test, unique } from '../support/fixtures.js';
import { expectError, fill, submit } from '../support/form.js';
import { dump, logs } from '../support/database.js';
import { keyBody, privateKey } from '../support/keys.js';
import { leaks, word } from '../support/sentinel.js';

/** Keeps every answer that the browser receives, headers included. */
function collect(page: Page): () => Promise<[string, Buffer][]> {
  const responses: Response[] = [];
  page.on('response', (response) => responses.push(response));
  return async () => {
    const seen: [string, Buffer][] = [];
    for (const response of responses) {
      const headers = JSON.stringify(await response.allHeaders().catch(() => ({})));
      const body = await response.body().catch(() => Buffer.alloc(0));
      seen.push([`${response.request().method()} ${response.url()}`, Buffer.concat([Buffer.from(`${response.url()}\n${headers}\n`), body])]);
    }
    return seen;
  };
}

test('a stored value is in no answer, in no log and in no backup', async ({ page, hydrated, faults, request }) => {
  faults.allowStatus(422, 409);
  const seen = collect(page);
  const password = `${word()} "quoted" \\ <b>&é ${word()}`;
  const key = privateKey();
  const later = word();
  const refused = word();
  const sentinels = [...password.split(' ').filter((part) => part.startsWith('S3NT')), password, ...keyBody(key), later, refused];

  // Planted through the page, as people do.
  const [image, git] = [unique('planted'), unique('planted')];
  await open(page, '/secrets/new');
  await submit(page, { type: 'image-pull', name: image, display_name: 'Planted', registry_host: 'a.example', username: unique('robot'), password });
  await expectList(page);
  await open(page, '/secrets/new');
  await submit(page, { name: git, secret: key });
  await expectList(page);

  // Changed, rejected, and in conflict.
  const registry = stored('image-pull', image);
  await open(page, registry.edit);
  await submit(page, { password: later });
  await expectList(page);
  await open(page, '/secrets/new');
  await submit(page, { name: 'Bad Name', secret: `-----BEGIN ${refused}` });
  await expectError(page, 'Secret', /\w/);
  page.on('dialog', (dialog) => void dialog.accept());
  await open(page, '/secrets/new');
  await submit(page, { type: 'image-pull', name: image, registry_host: 'a.example', username: unique('u'), password: refused });
  await expectError(page, 'Name', /\w/);
  await open(page, registry.edit);
  const form = { version: '2', registry_host: 'b.example', username: unique('u'), password: refused };
  expect((await request.post(registry.edit, { form, maxRedirects: 0 })).status()).toBe(303);
  await fill(page, { password: refused });
  await confirm(page).click();
  await expect(page.getByRole('button', { name: 'Overwrite' })).toBeVisible();

  // Viewed in every way there is.
  const addresses = ['/secrets', `/secrets?q=${image}`, '/secrets/new', '/secrets?sort=-display&size=100', '/nowhere'];
  for (const secret of [registry, stored('git-dataset', git)]) addresses.push(secret.edit, secret.delete);
  faults.allowStatus(404);
  for (const address of addresses) {
    await open(page, address);
    expect(leaks(await page.content(), sentinels), `the page ${address}`).toEqual([]);
    const stores = await page.evaluate(() => JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }, history.state]));
    expect(leaks(stores, sentinels), `what the browser keeps at ${address}`).toEqual([]);
  }
  await open(page, `/secrets?q=${image}`);
  await row(page, { name: image }).getByRole('link', { name: `Delete ${image}`, exact: true }).click();
  await page.getByRole('button', { name: 'OK', exact: true }).click();
  await expectList(page);

  const answers = await seen();
  for (const [what, bytes] of answers) expect(leaks(bytes, sentinels), what).toEqual([]);
  if (hydrated) {
    for (const kind of [/\.wasm$/, /\.js$/, /\/api\/ui\//]) expect(answers.some(([what]) => kind.test(what)), String(kind)).toBe(true);
  }
  expect(answers.some(([what]) => /\.css$/.test(what))).toBe(true);

  const everything = dump();
  expect(everything).toContain(git);
  expect(leaks(everything, sentinels), 'a backup').toEqual([]);
  expect(leaks(logs(), sentinels), 'the log').toEqual([]);
});

test('only the search is in the address', async ({ page }) => {
  await open(page, '/secrets/new');
  const sentinel = word();
  await fill(page, { type: 'image-pull', name: unique('url'), registry_host: 'a.example', username: unique('u'), password: sentinel });
  const urls: string[] = [];
  page.on('request', (request) => urls.push(request.url()));
  await confirm(page).click();
  await expectList(page);
  expect(leaks(urls.join('\n'), [sentinel])).toEqual([]);
});
