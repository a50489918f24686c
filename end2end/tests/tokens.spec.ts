import { ADMIN } from '../server.mjs';
import { expect, expectHeading, field, notice, open, row, test, unique } from '../support/fixtures.js';
import { become } from '../support/people.js';
import { NOBODY } from '../support/session.js';
import { exchange } from '../support/wire.js';

const me = (baseURL: string | undefined, token: string) =>
  exchange(`${baseURL}/api/v1/me`, { method: 'GET', headers: { authorization: `Bearer ${token}`, cookie: '' } });

test('a token is shown once, works, and is revoked at once', async ({ page, context, baseURL, hydrated, secrets, faults }) => {
  faults.allowStatus(422);
  const [account, key] = [await secrets.image(), await secrets.git()];
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page, '/tokens');
  await page.getByRole('link', { name: 'Add', exact: true }).click();
  await expectHeading(page, 'Add token');
  const name = unique('cluster');
  await field(page, 'Name').fill(name);
  await field(page, 'Scope').selectOption('read-values');
  await field(page, 'Restrict to these secrets').fill('???');
  await field(page, 'Expires after (days)').fill('90');
  await field(page, 'Current password').fill(ADMIN.password);
  await page.getByRole('button', { name: 'Create token' }).click();
  await expect(page.locator('#secrets-error')).toContainText('Enter ids such as image-hub');
  await expect(field(page, 'Name')).toHaveValue(name);
  await expect(field(page, 'Scope')).toHaveValue('read-values');
  // A token for a mistyped id would be of no use.
  await field(page, 'Restrict to these secrets').fill(`${account.id}x ${key.id}`);
  await field(page, 'Current password').fill(ADMIN.password);
  await page.getByRole('button', { name: 'Create token' }).click();
  await expect(page.locator('#secrets-error')).toContainText(`There is no secret ${account.id}x. Did you mean image-`);
  await field(page, 'Restrict to these secrets').fill(`${account.id} ${key.id}`);
  // A password is never sent back.
  await expect(field(page, 'Current password')).toHaveValue('');
  await page.getByRole('button', { name: 'Create token' }).click();
  await expect(page.locator('#current_password-error')).toContainText('Enter your current password.');
  await field(page, 'Current password').fill(ADMIN.password);
  await page.getByRole('button', { name: 'Create token' }).click();
  await expectHeading(page, 'Token created');
  const token = await field(page, 'Token').inputValue();
  expect(token).toMatch(/^latchkey_[0-9a-f]{16}_[0-9a-f]{64}$/);
  if (hydrated) {
    await page.getByRole('button', { name: 'Copy', exact: true }).click();
    await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(token);
  } else {
    await expect(page.getByRole('button', { name: 'Copy' })).toBeHidden();
  }
  // Not in the hydration data.
  for (const island of await page.locator('leptos-island').all()) {
    expect((await island.getAttribute('data-props')) ?? '').not.toContain(token.slice(30));
  }
  const answer = await me(baseURL, token);
  expect(JSON.parse(answer.body.toString())).toMatchObject({ name, scope: 'read-values', secrets: [account.id, key.id] });

  await page.getByRole('link', { name: 'Done' }).click();
  await expectHeading(page, 'Tokens');
  expect(await page.content()).not.toContain(token.slice(30));
  await expect(row(page, { name })).toContainText(`${account.id}, ${key.id}`);
  await row(page, { name }).getByRole('link', { name: `Revoke ${name}` }).click();
  await expectHeading(page, 'Revoke token');
  await page.getByRole('button', { name: 'Revoke', exact: true }).click();
  await expect(notice(page)).toContainText('Token revoked.');
  await expect(row(page, { name })).toContainText('revoked');
  expect((await me(baseURL, token)).status).toBe(401);
});

test('a reload of a new token creates no second one, and says so', async ({ page }) => {
  await open(page, '/tokens/new');
  const name = unique('reloaded');
  await field(page, 'Name').fill(name);
  await page.getByRole('button', { name: 'Create token' }).click();
  await expectHeading(page, 'Token created');
  await page.reload();
  await expectHeading(page, 'Token already created');
  await expect(page.getByText(`it created the token ${name}.`)).toBeVisible();
  await page.getByRole('link', { name: 'Create another token' }).click();
  await expectHeading(page, 'Add token');
  await open(page, '/tokens');
  await expect(row(page, { name })).toHaveCount(1);
  await row(page, { name }).getByRole('link', { name: `Revoke ${name}` }).click();
  await expectHeading(page, 'Revoke token');
});

test.describe('of a reader', () => {
  test.use({ storageState: NOBODY });

  test('a token may only read metadata', async ({ page }) => {
    await become(page, 'reader');
    await open(page, '/tokens/new');
    await expect(field(page, 'Scope').getByRole('option')).toHaveCount(1);
    await expect(page.getByRole('link', { name: 'All tokens' })).toHaveCount(0);
  });
});
