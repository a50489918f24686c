import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { ADMIN } from '../server.mjs';
import { expect, expectHeading, field, notice, open, row, test, unique } from '../support/fixtures.js';
import { prove } from '../support/people.js';

interface Received {
  headers: IncomingHttpHeaders;
  body: string;
}

/** Starts a receiver of webhooks, which answers with what `status` says at the time. */
async function receiver(): Promise<{ url: string; received: Received[]; answer: { status: number }; close: () => void }> {
  const received: Received[] = [];
  const answer = { status: 200 };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      response.writeHead(answer.status).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/hook/planted-path`, received, answer, close: () => server.close() };
}

test('a channel is added, tested, chosen by a rule and deleted', async ({ page, secrets, faults }) => {
  faults.allowStatus(422);
  const hook = await receiver();
  const name = unique('ops');
  await open(page, '/notifications');
  await page.getByRole('link', { name: 'Add channel' }).click();
  await expectHeading(page, 'Add channel');
  await field(page, 'Name').fill(name);
  await page.getByRole('button', { name: 'Add channel' }).click();
  await expect(page.locator('#url-error')).toContainText('Enter the address of the webhook.');
  await expect(page.locator('#current_password-error')).toContainText('Enter your current password.');
  await field(page, 'Address').fill('https://169.254.169.254/latest/meta-data');
  await prove(page);
  await page.getByRole('button', { name: 'Add channel' }).click();
  await expect(page.locator('#url-error')).toContainText('The portal never connects to this address');
  await field(page, 'Address').fill(hook.url);
  await prove(page);
  await page.getByRole('button', { name: 'Add channel' }).click();
  await expectHeading(page, 'Signing secret');
  const secret = await field(page, 'Signing secret').inputValue();
  expect(secret).toMatch(/^whsec_/);
  await page.getByRole('link', { name: 'Done' }).click();
  await expectHeading(page, name);
  expect(await page.content()).not.toContain('planted-path');
  expect(await page.content()).not.toContain(secret);

  await page.getByRole('button', { name: 'Send a test' }).click();
  await expect(notice(page)).toContainText('The receiver accepted the test.');
  const first = hook.received[0]!;
  const verified = new Webhook(secret).verify(first.body, first.headers as Record<string, string>);
  expect(verified).toMatchObject({ type: 'channel.test' });
  hook.answer.status = 500;
  await page.getByRole('button', { name: 'Send a test' }).click();
  await expect(page.getByRole('alert')).toContainText('The receiver reported an error of its own. (HTTP 500)');

  // A secret that fails twice is said to the channel, and is in the list of deliveries.
  hook.answer.status = 200;
  await open(page, '/notifications');
  await expect(row(page, { name })).toContainText('No rule names it');
  await page.getByRole('link', { name, exact: true }).click();
  await page.locator('.to-do').getByRole('link', { name: 'Add a rule' }).click();
  await expectHeading(page, 'Add rule');
  await expect(page.getByLabel('Channel').locator('option:checked')).toHaveText(name);
  await page.getByLabel('A secret no longer works').check();
  await field(page, 'Only names that begin with').fill(name);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(notice(page)).toContainText('Rule saved.');
  const failing = await secrets.image({ name, registry_host: '127.0.0.1:1', username: 'robot', password: 'planted password' });
  for (let turn = 0; turn < 2; turn += 1) {
    await page.request.post(`/secrets/${failing.id}/check`, { maxRedirects: 0 });
  }
  await expect.poll(() => hook.received.map(({ body }) => body).filter((body) => body.includes('secret.test_failed'))).toHaveLength(1);
  expect(hook.received.map(({ body }) => body).join()).not.toContain('planted password');
  await open(page, '/notifications/deliveries?state=delivered');
  await expect(page.locator('tbody tr').filter({ hasText: failing.id })).toContainText('Delivered');

  await open(page, '/notifications');
  await row(page, { name }).getByRole('link', { name: `Edit ${name}` }).click();
  await expect(page.getByRole('region', { name: 'Rules' })).toContainText('A secret no longer works');
  await page.getByRole('link', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(notice(page)).toContainText('Channel deleted.');
  hook.close();
});

test('the second of two who edit a channel learns of the first, and overwrites only on request', async ({ page, faults }) => {
  faults.allowStatus(409);
  const name = unique('both');
  const form = { name, preset: 'slack', url: 'http://127.0.0.1:9/hook', current_password: ADMIN.password };
  await page.request.post('/notifications/channels/new', { form, maxRedirects: 0 });
  await open(page, '/notifications');
  await page.getByRole('link', { name, exact: true }).click();
  await expectHeading(page, name);
  const first = { name: `${name}-first`, version: '1' };
  await page.request.post(new URL(page.url()).pathname, { form: first, maxRedirects: 0 });
  await field(page, 'Name').fill(`${name}-second`);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('alert')).toContainText('You changed this channel in another window');
  await expectHeading(page, first.name);
  await expect(field(page, 'Name')).toHaveValue(`${name}-second`);
  await page.getByRole('button', { name: 'Overwrite' }).click();
  await expectHeading(page, `${name}-second`);
});
