// A blank field keeps the stored value: the rows in the database are compared.

import { expect, expectList, open, test, unique, type Stored } from '../support/fixtures.js';
import { expectError, submit } from '../support/form.js';
import { ask } from '../support/database.js';
import { privateKey } from '../support/keys.js';

/** Returns a digest of the sealed value in its row; each sealing gives other bytes. */
function sealed(secret: Stored): string {
  const kind = secret.id.startsWith('image-') ? 'image-pull' : 'git-dataset';
  return ask(
    `SELECT md5(string_agg(v::text, '|' ORDER BY v::text)) FROM secret_values v
       JOIN secrets s ON s.id = v.secret_id WHERE s.kind = '${kind}' AND s.name = '${secret.name}'`,
  );
}

test('a blank key keeps the stored one, a new key replaces it', async ({ page, secrets }) => {
  const secret = await secrets.git();
  const before = sealed(secret);
  expect(before).toMatch(/^[0-9a-f]{32}$/);
  await open(page, secret.edit);
  await submit(page, { display_name: 'Another name' });
  await expectList(page);
  expect(sealed(secret)).toBe(before);
  await open(page, secret.edit);
  await submit(page, { display_name: 'Yet another', secret: ' \n ' });
  await expectList(page);
  expect(sealed(secret)).toBe(before);
  await open(page, secret.edit);
  await submit(page, { secret: privateKey() });
  await expectList(page);
  expect(sealed(secret)).not.toBe(before);
});

test('a blank password keeps the stored one unless the host changes', async ({ page, secrets, faults }) => {
  faults.allowStatus(422);
  const secret = await secrets.image();
  const before = sealed(secret);
  await open(page, secret.edit);
  // A path at the same registry is not another host.
  await submit(page, { display_name: 'Other', registry_host: 'registry.example.org:5000/group', username: unique('somebody') });
  await expectList(page);
  expect(sealed(secret)).toBe(before);
  await open(page, secret.edit);
  await submit(page, { registry_host: 'elsewhere.example' });
  await expectError(page, 'Password', /^Enter the password again, because the host changed\.$/);
  expect(sealed(secret)).toBe(before);
  await open(page, secret.edit);
  await submit(page, { password: 'a new one' });
  await expectList(page);
  expect(sealed(secret)).not.toBe(before);
});

test('a raw form without the value keeps it too', async ({ request, secrets }) => {
  const secret = await secrets.image();
  const before = sealed(secret);
  const form = { version: '1', display_name: unique('raw'), registry_host: 'registry.example.org:5000', username: unique('u') };
  const answer = await request.post(secret.edit, { form, maxRedirects: 0 });
  expect(answer.status()).toBe(303);
  expect(sealed(secret)).toBe(before);
  // And another host is rejected.
  const elsewhere = { ...form, version: '2', registry_host: 'a.example' };
  const refused = await request.post(secret.edit, { form: elsewhere, maxRedirects: 0 });
  expect(refused.status()).toBe(422);
  expect(await refused.text()).toContain('Enter the password again, because the host changed.');
  expect(sealed(secret)).toBe(before);
});

test('each change leaves its audit record', async ({ secrets, request }) => {
  const secret = await secrets.image();
  const form = { version: '1', display_name: 'x', registry_host: 'a.example', username: unique('u'), password: 'p' };
  expect((await request.post(secret.edit, { form, maxRedirects: 0 })).status()).toBe(303);
  await secrets.remove(secret);
  const records = ask(`SELECT count(*) FROM audit_records a WHERE a::text LIKE '%${secret.id}%'`);
  expect(Number(records)).toBe(3);
});
