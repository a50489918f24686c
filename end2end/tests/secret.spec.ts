// The page of one secret: where it leads, what it says, and what can be copied from it.

import { expectAccessible } from '../support/accessibility.js';
import { confirm, expect, expectHeading, expectList, field, notice, open, row, test, unique } from '../support/fixtures.js';
import { ACCOUNT, registry, type Peer } from '../support/peers.js';
import { become } from '../support/people.js';
import { NOBODY } from '../support/session.js';
import { sshKey } from '../support/ssh.js';
import { exchange, FORM } from '../support/wire.js';

let images: Peer;

test.beforeAll(async () => {
  images = await registry();
});

test.afterAll(() => images.stop());

const host = () => `127.0.0.1:${images.port}`;

test('a name in the list leads to the page of the secret, and the page back to the list with its filters', async ({ page, secrets }) => {
  const secret = await secrets.image({ display_name: 'Shown first' });
  const list = `/secrets?q=${secret.name}&size=10`;
  await open(page, list);
  await row(page, secret).getByRole('link', { name: secret.name, exact: true }).click();
  await expectHeading(page, 'Shown first');
  await expect(page).toHaveTitle(`${secret.name} · Secrets · Latchkey`);
  await expect(page.locator('main')).toContainText(secret.id);
  await expect(page.getByRole('region', { name: 'Status' })).toContainText('Not tested');
  await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: 'Secrets' }).click();
  await expect(page).toHaveURL(list);
});

test('Edit returns to the page of the secret, or to the list with its filters', async ({ page, secrets }) => {
  const secret = await secrets.image();
  const list = `/secrets?q=${secret.name}&size=10`;
  await open(page, list);
  await row(page, secret).getByRole('link', { name: `Edit ${secret.name}` }).click();
  await expectHeading(page, 'Edit secret');
  await field(page, 'Display Name').fill('Edited from the list');
  await confirm(page).click();
  await expectList(page);
  await expect(page).toHaveURL(list);
  await row(page, secret).getByRole('link', { name: secret.name, exact: true }).click();
  await page.locator('main').getByRole('link', { name: 'Edit', exact: true }).click();
  await expectHeading(page, 'Edit secret');
  await field(page, 'Display Name').fill('Edited from its page');
  await confirm(page).click();
  await expectHeading(page, 'Edited from its page');
  await expect(notice(page)).toContainText('Secret saved');
  await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: 'Secrets' }).click();
  await expect(page).toHaveURL(list);
});

test('Test returns to the page, which shows the last tests as a picture and as a table', async ({ page, secrets }) => {
  const secret = await secrets.image({ registry_host: host(), ...ACCOUNT });
  await open(page, secret.page);
  for (const count of [1, 2]) {
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await expectHeading(page, secret.displayName);
    await expect(page).toHaveURL(secret.page);
    const said = count === 1 ? 'The last test: Works 1' : `The last ${count} tests: Works ${count}`;
    await expect(page.getByRole('img', { name: said })).toBeVisible();
  }
  const status = page.getByRole('region', { name: 'Status' });
  await expect(status).toContainText('accepts this username and password');
  await status.getByText('Show these tests as a table').click();
  await expect(status.getByRole('row')).toHaveCount(3);
  await expect(status.getByRole('row').last()).toContainText('admin');
  await expectAccessible(page, 'a secret that was tested');
});

test('the Kubernetes name and the examples are copied', async ({ page, secrets, hydrated, context, baseURL }) => {
  const secret = await secrets.image({ registry_host: host(), ...ACCOUNT });
  await open(page, secret.page);
  const section = page.getByRole('region', { name: 'How to use it' });
  await section.getByText('kubectl and pods').click();
  const example = section.locator('details[open] pre').first();
  await expect(example).toContainText(`${baseURL}/api/v1/secrets/${secret.id}/manifest?namespace=ci`);
  await expect(section.locator('details[open]')).toContainText(`- name: ${secret.id}`);
  await expect(page.locator('main')).not.toContainText(ACCOUNT.password);
  const copy = page.getByRole('button', { name: 'Copy the Kubernetes name' });
  if (!hydrated) {
    await expect(copy).toBeHidden();
    return;
  }
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await copy.click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret.id);
  await section.locator('details[open]').getByRole('button', { name: 'Copy' }).first().click();
  await expect(page.getByRole('button', { name: 'Copied' })).toHaveCount(2);
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await example.textContent());
});

test('a secret is deleted from its page, and the list without it is shown', async ({ page, secrets, hydrated }) => {
  const secret = await secrets.image({ display_name: 'Deleted from its page' });
  await open(page, `${secret.page}?list=${encodeURIComponent(`q=${secret.name}`)}`);
  await page.locator('main').getByRole('link', { name: 'Delete', exact: true }).click();
  if (hydrated) {
    await expect(page.getByRole('dialog')).toContainText('Deleted from its page');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await expect(page).toHaveURL(/list=/);
    await page.locator('main').getByRole('link', { name: 'Delete', exact: true }).click();
  } else {
    await expectHeading(page, 'Delete Secret');
  }
  await page.getByRole('button', { name: 'OK', exact: true }).click();
  await expect(page).toHaveURL(`/secrets?q=${secret.name}`);
  await expect(notice(page)).toContainText('Secret deleted: Deleted from its page');
  await expect(row(page, secret)).toHaveCount(0);
});

test('rotating an account asks for the new password', async ({ page, secrets, faults }) => {
  faults.allowStatus(422);
  const secret = await secrets.image();
  await open(page, secret.page);
  await page.locator('main').getByRole('link', { name: 'Rotate' }).click();
  await expectHeading(page, 'Rotate password');
  const password = page.getByLabel('Password', { exact: true });
  await expect(password).toBeFocused();
  await expect(password).toHaveAttribute('aria-required', 'true');
  await page.getByRole('button', { name: 'Confirm', exact: true }).click();
  await expect(page.locator('#password-error')).toBeVisible();
  await expectHeading(page, 'Rotate password');
  await password.fill('another one');
  await page.getByRole('button', { name: 'Confirm', exact: true }).click();
  await expect(page).toHaveURL(secret.page);
  await expect(notice(page)).toContainText(secret.name);
});

test('a new key that waits is shown at the top, with the next steps behind the link', async ({ page, secrets }) => {
  const secret = await secrets.git({ secret: sshKey('waits@here').private });
  await open(page, secret.page);
  await page.locator('main').getByRole('link', { name: 'Rotate' }).click();
  await expectHeading(page, 'SSH key');
  await page.getByRole('button', { name: 'Generate a new key pair' }).click();
  await expect(page.locator('.next-steps > li')).toHaveCount(3);
  await expect(page.getByRole('button', { name: 'Test the new key' })).toHaveClass(/primary/);
  await expect(page.getByRole('button', { name: 'Switch to the new key' })).not.toHaveClass(/primary/);
  await open(page, secret.page);
  await expect(page.getByText('A new key is waiting.')).toBeVisible();
  await page.getByRole('link', { name: 'Finish the rotation' }).click();
  await expect(page.getByLabel('New public key', { exact: true })).toHaveValue(/^ssh-ed25519 /);
});

test.describe('a reader', () => {
  test.use({ storageState: NOBODY });

  test('sees the page without actions', async ({ page, faults }) => {
    faults.allowStatus(401);
    const name = unique('read');
    const form = { type: 'image-pull', name, registry_host: 'ghcr.io', username: unique('u'), password: 'p', allow_duplicate: 'on' };
    const added = await exchange(`http://${process.env.LATCHKEY_END2END_ADDR ?? ''}/secrets/new`, { headers: FORM, body: new URLSearchParams(form).toString() });
    expect(added.status).toBe(303);
    await become(page, 'reader');
    await open(page, `/secrets/image-${name}`);
    await expectHeading(page, name);
    await expect(page.getByRole('heading', { name: 'How to use it' })).toBeVisible();
    for (const action of ['Edit', 'Delete', 'Rotate']) await expect(page.locator('main').getByRole('link', { name: action, exact: true })).toHaveCount(0);
    await expect(page.getByRole('button', { name: 'Test', exact: true })).toHaveCount(0);
    await expectAccessible(page, 'a secret, for readers');
  });
});
