// Requests that no form of the portal sends are always answered with a status of 4xx, at once, and not
// repeated.

import { expect, test, unique } from '../support/fixtures.js';
import { privateKey } from '../support/keys.js';
import { leaks, word } from '../support/sentinel.js';
import { exchange, FORM, JSON_TYPE, type Answer } from '../support/wire.js';

const sentinel = word();
const encoded = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
const image = (over: Record<string, string> = {}) =>
  encoded({ name: unique('raw'), type: 'image-pull', registry_host: 'a.example', username: unique('u'), password: sentinel, ...over });

function expectRefused(answer: Answer, statuses: number[] = [400, 413, 415, 422]): void {
  expect(statuses, `status ${answer.status}`).toContain(answer.status);
  expect(leaks(answer.body, [sentinel])).toEqual([]);
  expect(leaks(JSON.stringify(answer.headers), [sentinel])).toEqual([]);
  expect(answer.took).toBeLessThan(2_000);
}

test.describe('a raw form', () => {
  const cases: [string, () => string | Buffer, Record<string, string>?][] = [
    ['with bytes that are no UTF-8', () => Buffer.concat([Buffer.from(image()), Buffer.from([0xff, 0xfe])])],
    ['with escapes that are no UTF-8', () => `${image()}&display_name=%ff%fe`],
    ['with a lone surrogate', () => `${image()}&display_name=%ED%A0%80`],
    ['with a field twice', () => `${image()}&password=${sentinel}`],
    ['with an unknown field', () => `${image()}&token=${sentinel}`],
    ['with an unknown type', () => image({ type: sentinel })],
    ['with an empty type', () => image({ type: '' })],
    ['without a type', () => encoded({ name: unique('raw'), password: sentinel })],
    ['as JSON', () => JSON.stringify({ name: 'x', password: sentinel }), JSON_TYPE],
    ['as plain text', () => image(), { 'content-type': 'text/plain' }],
    ['as multipart', () => `--b\r\ncontent-disposition: form-data; name="password"\r\n\r\n${sentinel}\r\n--b--\r\n`, { 'content-type': 'multipart/form-data; boundary=b' }],
    ['without a content type', () => image(), {}],
    ['with nothing in it', () => ''],
    ['with a zero byte in the name', () => image({ name: 'a\0b' })],
    ['with a value of more than 64 KiB', () => image({ password: sentinel.repeat(4000) })],
    ['with nonsense as version and submission', () => image({ version: 'x', submission: 'y', name: 'BAD' })],
  ];
  for (const [what, body, headers = FORM] of cases) {
    test(`to Add, ${what}`, async ({ baseURL }) => {
      expectRefused(await exchange(`${baseURL}/secrets/new`, { headers: { ...headers, accept: 'text/html' }, body: body() }));
    });
  }

  test('to Edit', async ({ baseURL, secrets }) => {
    const secret = await secrets.image();
    const common = { registry_host: 'a.example', username: unique('u'), password: sentinel };
    for (const body of [
      encoded(common),
      encoded({ ...common, version: 'x' }),
      encoded({ ...common, version: '1e3' }),
      `${encoded({ ...common, version: '1' })}&version=1`,
      `${encoded({ ...common, version: '1' })}&id=image-other`,
      encoded({ ...common, version: '1', overwrite: 'x' }),
      encoded({ ...common, version: '99999999999999999999' }),
      encoded({ version: '1', password: sentinel }),
    ]) {
      expectRefused(await exchange(`${baseURL}${secret.edit}`, { headers: FORM, body }), [400, 422]);
    }
    expectRefused(await exchange(`${baseURL}${secret.edit}`, { headers: FORM, body: encoded({ ...common, version: '-1' }) }), [400, 409, 422]);
  });

  test('to Delete', async ({ baseURL, secrets }) => {
    const secret = await secrets.image();
    expectRefused(await exchange(`${baseURL}${secret.delete}`, { headers: FORM, body: `why=${sentinel}` }));
  });

  test('is rejected with the whole page around it', async ({ baseURL }) => {
    const answer = await exchange(`${baseURL}/secrets/new`, { headers: { ...FORM, accept: 'text/html' }, body: `${image()}&x=1` });
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toMatch(/^text\/html/);
    expect(answer.body.toString()).toContain('<h1>Add secret</h1>');
  });
});

test.describe('ten megabytes', () => {
  const much = Buffer.alloc(10 * 1024 * 1024, 'a');
  much.write(`password=${sentinel}`, 0);
  for (const address of ['/secrets/new', '/secrets/image-x/edit', '/secrets/image-x/delete', '/theme', '/api/ui/create_secret']) {
    for (const chunked of [false, true]) {
      test(`to ${address}, ${chunked ? 'in chunks' : 'at once'}`, async ({ baseURL }) => {
        const type = address.startsWith('/api') ? JSON_TYPE : FORM;
        const answer = await exchange(`${baseURL}${address}`, { headers: type, body: much, chunked });
        expectRefused(answer, [400, 404, 405, 413]);
      });
    }
  }
});

test.describe('a server function', () => {
  const good = () => ({
    name: unique('api'), display_name: '', type: 'image-pull', secret: '', registry_host: 'a.example', username: unique('u'), password: sentinel, submission: '', version: '', overwrite: '',
  });
  const cases: [string, () => string][] = [
    ['a number for a text', () => JSON.stringify({ input: { ...good(), password: 12345, username: sentinel } })],
    ['a list for a text', () => JSON.stringify({ input: { ...good(), password: [sentinel] } })],
    ['an object for a text', () => JSON.stringify({ input: { ...good(), secret: { [sentinel]: sentinel } } })],
    ['null for a text', () => JSON.stringify({ input: { ...good(), name: null } })],
    ['an unknown member', () => JSON.stringify({ input: { ...good(), token: sentinel } })],
    ['an unknown member outside', () => JSON.stringify({ input: good(), [sentinel]: sentinel })],
    ['a doubled member', () => JSON.stringify({ input: good() }).replace('"name"', `"name":"${sentinel}","name"`)],
    ['a doubled argument', () => `{"input":${JSON.stringify(good())},"input":"${sentinel}"}`],
    ['an unknown type', () => JSON.stringify({ input: { ...good(), type: sentinel } })],
    ['a text for the argument', () => JSON.stringify({ input: sentinel })],
    ['no argument', () => '{}'],
    ['a list', () => JSON.stringify([sentinel])],
    ['half of it', () => JSON.stringify({ input: good() }).slice(0, -20)],
    ['more after the end', () => `${JSON.stringify({ input: good() })}"${sentinel}"`],
    ['no JSON at all', () => sentinel],
    ['nothing', () => ''],
    ['a lone surrogate', () => JSON.stringify({ input: good() }).replace('"display_name":""', '"display_name":"\\ud800"')],
    ['a deep nest', () => '['.repeat(100_000)],
  ];
  for (const [what, body] of cases) {
    test(`given ${what}`, async ({ baseURL }) => {
      for (const accept of ['application/json', 'text/html']) {
        const answer = await exchange(`${baseURL}/api/ui/create_secret`, { headers: { ...JSON_TYPE, accept, referer: 'https://evil.example/' }, body: body() });
        expectRefused(answer);
      }
    });
  }

  test('given bytes that are not UTF-8', async ({ baseURL }) => {
    const body = Buffer.concat([Buffer.from(`{"input":"${sentinel}`), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
    expectRefused(await exchange(`${baseURL}/api/ui/create_secret`, { headers: JSON_TYPE, body }));
  });

  test('given a form, as another site could send one', async ({ baseURL }) => {
    for (const type of [FORM['content-type'], 'text/plain', 'multipart/form-data; boundary=b']) {
      const body = encoded({ 'input[name]': unique('x'), 'input[password]': sentinel });
      expectRefused(await exchange(`${baseURL}/api/ui/create_secret`, { headers: { 'content-type': type }, body }));
    }
  });

  test('given an invalid id', async ({ baseURL }) => {
    for (const input of [sentinel, `image-${sentinel}`, '', 'image-', 'image-a/b', `image-${'a'.repeat(300)}`]) {
      const answer = await exchange(`${baseURL}/api/ui/delete_secret`, { headers: JSON_TYPE, body: JSON.stringify({ input }) });
      expectRefused(answer, [400, 404, 422]);
    }
  });

  test('changes nothing on GET, and has no other names', async ({ baseURL, secrets, page }) => {
    const secret = await secrets.git();
    const call = `/api/ui/delete_secret?input=${secret.id}`;
    // Server functions accept only JSON, and only by POST.
    expect((await exchange(`${baseURL}${call}`, { method: 'GET' })).status).toBe(415);
    for (const [address, headers] of [[call, JSON_TYPE], ['/api/ui/nothing', {}], ['/api/ui/', {}], ['/api', {}]] as const) {
      const answer = await exchange(`${baseURL}${address}`, { method: 'GET', headers });
      expect([404, 405], `${address}: ${answer.status}`).toContain(answer.status);
    }
    const unknown = await exchange(`${baseURL}/api/ui/nothing`, { headers: JSON_TYPE, body: JSON.stringify({ input: secret.id }) });
    expect([404, 405], `a call of nothing: ${unknown.status}`).toContain(unknown.status);
    expect((await page.request.get(secret.edit)).status()).toBe(200);
  });

  test('says what is wrong with the field, not with what was typed', async ({ baseURL }) => {
    const input = { ...good(), type: 'git-dataset', secret: sentinel, registry_host: `ftp://${sentinel}`, name: 'Bad' };
    const answer = await exchange(`${baseURL}/api/ui/create_secret`, { headers: JSON_TYPE, body: JSON.stringify({ input }) });
    expectRefused(answer, [422]);
  });
});

test.describe('from another site', () => {
  for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }] as Record<string, string>[]) {
    test(`with ${JSON.stringify(headers)} nothing is done`, async ({ baseURL, secrets, page }) => {
      const secret = await secrets.image();
      const name = unique('foreign');
      const sent = [
        ['/secrets/new', FORM, encoded({ name, type: 'git-dataset', secret: privateKey() })],
        [secret.edit, FORM, encoded({ version: '1', registry_host: 'evil.example', username: unique('u') })],
        [secret.delete, FORM, ''],
        ['/theme', FORM, 'theme=dark'],
        ['/api/ui/delete_secret', JSON_TYPE, JSON.stringify({ input: secret.id })],
      ] as const;
      for (const [address, type, body] of sent) {
        const answer = await exchange(`${baseURL}${address}`, { headers: { ...type, ...headers }, body });
        expect(answer.status, address).toBe(403);
      }
      const html = await (await page.request.get(secret.edit)).text();
      expect(html).toContain('registry.example.org:5000');
      expect((await page.request.get(`/secrets/gitsync-secret-${name}/edit`)).status()).toBe(404);
    });
  }
});

test('methods that no page has are rejected', async ({ baseURL }) => {
  for (const method of ['PUT', 'PATCH', 'DELETE', 'TRACE']) {
    for (const address of ['/secrets', '/secrets/new', '/secrets/image-x/delete']) {
      const answer = await exchange(`${baseURL}${address}`, { method });
      expect([404, 405], `${method} ${address}: ${answer.status}`).toContain(answer.status);
    }
  }
});
