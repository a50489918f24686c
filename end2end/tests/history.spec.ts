// The history of a secret: changes first, reads folded.

import { ADMIN } from '../server.mjs';
import { ask } from '../support/database.js';
import { expect, open, row, test, unique } from '../support/fixtures.js';

test('reads do not hide who changed a secret', async ({ page, secrets }) => {
  const secret = await secrets.image({ registry_host: 'a.example' });
  await secrets.change(secret, { version: '1', display_name: 'Changed', registry_host: 'a.example', username: 'x', password: 'p' });
  const name = unique('argo-cd');
  const form = { name, scope: 'read-values', expiry: '1', current_password: ADMIN.password };
  const made = await (await page.request.post('/tokens/new', { form })).text();
  const token = /id="token"[^>]* value="([^"]+)"/.exec(made)?.[1] ?? '';
  for (let read = 0; read < 25; read += 1) {
    const answer = await page.request.get(`/api/v1/secrets/${secret.id}/value`, { headers: { authorization: `Bearer ${token}`, cookie: '' } });
    expect(answer.status()).toBe(200);
  }
  expect(ask(`SELECT count(*) FROM audit_records WHERE object = '${secret.id}' AND action = 'value read'`)).toBe('25');
  await open(page, secret.page);
  const history = page.locator('.history');
  await expect(history).toContainText('Changed secret');
  await expect(history).toContainText('Added secret');
  await expect(history.getByText('Read value')).toHaveCount(0);
  await expect(history).toContainText(new RegExp(`API token ${name} read it 25 times today \\(UTC\\), last (just now|\\d+ minutes? ago)`));
  await history.getByRole('link', { name: 'All records of this secret' }).click();
  await expect(page).toHaveURL(`/audit?object=${secret.id}`);
  await expect(page.getByLabel('Object')).toHaveValue(secret.id);
  await expect(page.locator('tbody tr')).not.toHaveCount(0);
  await open(page, `/secrets?q=${secret.name}`);
  await expect(row(page, secret)).toBeVisible();
});
