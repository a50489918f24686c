import { expectAccessible, expectNoSidewaysScroll } from '../support/accessibility.js';
import { expect, test } from '../support/fixtures.js';
import { exchange, FORM } from '../support/wire.js';

const PAGES = ['/', '/secrets', '/secrets/new', '/secrets/image-none/edit', '/nowhere', '/secrets?page=-1'];
const OTHERS = ['/livez', '/readyz', '/favicon.svg', '/pkg/nothing.js', '/api/ui/nothing'];

function policy(text: string | undefined): Map<string, string[]> {
  const directives = (text ?? '').split(';').map((directive) => directive.trim().split(/\s+/));
  return new Map(directives.map(([name, ...sources]) => [name ?? '', sources]));
}

test('every page has a strict policy with a nonce of its own', async ({ request }) => {
  const nonces = new Set<string>();
  for (const address of [...PAGES, ...PAGES]) {
    const answer = await request.get(address);
    const text = answer.headers()['content-security-policy'];
    const directives = policy(text);
    expect(text, address).not.toContain('unsafe-inline');
    expect(text, address).not.toMatch(/(?<!wasm-)unsafe-eval/);
    for (const name of ['frame-ancestors', 'object-src', 'base-uri']) expect(directives.get(name), `${address} ${name}`).toEqual(["'none'"]);
    const nonce = /'nonce-([^']+)'/.exec(text ?? '')?.[1] ?? '';
    expect(nonce.length, address).toBeGreaterThanOrEqual(16);
    nonces.add(nonce);
    const html = await answer.text();
    for (const [tag] of html.matchAll(/<script\b[^>]*>/g)) expect(tag, address).toContain(`nonce="${nonce}"`);
    expect(html, address).not.toMatch(/\son\w+=|javascript:|<style|\sstyle=/);
  }
  expect(nonces.size).toBe(PAGES.length * 2);
});

test('a page keeps its headers during other requests', async ({ request, secrets }) => {
  const { edit } = await secrets.git();
  // A page that waits for the database, and beside it what a browser fetches at the same time.
  for (let round = 0; round < 60; round += 1) {
    const [page] = await Promise.all([request.get(edit), ...Array.from({ length: 6 }, () => request.get('/favicon.svg'))]);
    expect(page.headers()['content-security-policy'], `round ${round}`).toContain("'nonce-");
  }
});

test('every answer has the security headers', async ({ baseURL }) => {
  const sent = [...PAGES, ...OTHERS].map((address) => ({ address, method: 'GET', body: '' }));
  sent.push({ address: '/secrets/new', method: 'POST', body: 'x=1' }, { address: '/theme', method: 'POST', body: '' }, { address: '/secrets', method: 'DELETE', body: '' });
  for (const { address, method, body } of sent) {
    const { headers } = await exchange(`${baseURL}${address}`, { method, body, headers: FORM });
    const what = `${method} ${address}`;
    expect(headers['content-security-policy'], what).toContain("frame-ancestors 'none'");
    expect(headers['x-content-type-options'], what).toBe('nosniff');
    expect(headers['referrer-policy'], what).toBe('no-referrer');
    expect(headers['cross-origin-opener-policy'], what).toBe('same-origin');
    expect(headers['server'], what).toBeUndefined();
    if (!address.startsWith('/favicon')) expect(headers['cache-control'], what).toContain('no-store');
  }
});

test('assets are content-hashed, compressed and immutable', async ({ request, baseURL }) => {
  const html = await (await request.get('/secrets')).text();
  const assets = [...new Set(html.match(/\/pkg\/[\w.-]+\.(js|wasm|css)/g))];
  expect(assets.map((asset) => asset.split('.').at(-1)).sort()).toEqual(['css', 'js', 'wasm']);
  for (const asset of assets) {
    expect(asset).toMatch(/\.[\w-]{16,}\.\w+$/);
    for (const [accept, coding] of [['br, gzip', 'br'], ['gzip', 'gzip']] as const) {
      const { status, headers } = await exchange(`${baseURL}${asset}`, { method: 'GET', headers: { 'accept-encoding': accept } });
      expect(status, asset).toBe(200);
      expect(headers['content-encoding'], asset).toBe(coding);
      expect(headers['cache-control'], asset).toMatch(/immutable/);
      expect(headers['vary'], asset).toMatch(/accept-encoding/i);
    }
  }
  const wasm = assets.find((asset) => asset.endsWith('.wasm')) ?? '';
  expect((await exchange(`${baseURL}${wasm}`, { method: 'GET' })).headers['content-type']).toBe('application/wasm');
});

test('cookies have the strictest attributes', async ({ request, baseURL }) => {
  const form = new URLSearchParams({ name: `cookie-${Date.now()}-${process.pid}`, type: 'image-pull', registry_host: 'a.example', username: 'u', password: 'p', allow_duplicate: 'on' });
  const saved = await exchange(`${baseURL}/secrets/new`, { headers: FORM, body: form.toString() });
  expect(saved.status).toBe(303);
  expect(saved.headers['set-cookie']?.join()).toMatch(/HttpOnly.*SameSite=Lax|SameSite=Lax.*HttpOnly/);
  const themed = await request.post('/theme', { form: { theme: 'dark' }, maxRedirects: 0 });
  expect(themed.headers()['set-cookie']).toMatch(/SameSite=Lax/);
});

test('the page under a foreign host is styled as its policy allows', async ({ page, baseURL, faults }) => {
  faults.allowStatus(421);
  // No browser reaches the portal under this name, so it is given the portal's answer.
  const headers = { host: 'elsewhere.example', accept: 'text/html' };
  const answer = await exchange(baseURL ?? '', { method: 'GET', headers });
  expect(answer.status).toBe(421);
  const shown = { 'content-type': 'text/html', 'content-security-policy': String(answer.headers['content-security-policy']) };
  await page.route('http://elsewhere.example/', (route) => route.fulfill({ status: 421, headers: shown, body: answer.body }));
  await page.goto('http://elsewhere.example/');
  await expect(page.getByRole('heading', { name: 'Not the portal\'s address' })).toHaveCSS('font-size', '22px');
  await expectAccessible(page, 'the page under a foreign host');
  await page.setViewportSize({ width: 320, height: 640 });
  await expectNoSidewaysScroll(page, 'the page under a foreign host');
});
