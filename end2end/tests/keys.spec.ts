import type { Page } from '@playwright/test';
import { confirm, expect, expectHeading, expectList, field, open, row, sayYes, stored, test, unique } from '../support/fixtures.js';
import { expectError, expectNoError, fill, submit, typeChoice, way } from '../support/form.js';
import { expectAccessible } from '../support/accessibility.js';
import { gitServer } from '../support/peers.js';
import { publicKey } from '../support/keys.js';
import { leaks } from '../support/sentinel.js';
import { secretPart, sshKey } from '../support/ssh.js';

const passphrase = (page: Page) => page.getByLabel('Passphrase', { exact: true });

test('a stored key shows its fingerprint on its pages, and is found by it in the list', async ({ page, secrets }) => {
  const key = sshKey('known@here');
  const secret = await secrets.git({ secret: key.private });
  await open(page, `/secrets?q=${secret.name}`);
  await expect(row(page, secret)).toContainText('Ed25519');
  await expect(row(page, secret)).not.toContainText(key.fingerprint);
  for (const part of [key.fingerprint, key.fingerprint.slice('SHA256:'.length, 20)]) {
    await open(page, `/secrets?q=${encodeURIComponent(part)}`);
    await expect(row(page, secret)).toContainText(key.fingerprint);
    await expect(page.locator('tbody tr')).toHaveCount(1);
  }
  for (const address of [`/secrets/${secret.id}/key`, `/secrets/${secret.id}`]) {
    await open(page, address);
    const section = page.getByRole('region', { name: 'Public key' });
    await expect(section).toContainText('Ed25519, 256 bits');
    await expect(section).toContainText(key.fingerprint);
    await expect(section).toContainText('known@here');
    await expect(section.getByRole('textbox', { name: 'Public key', exact: true })).toHaveValue(key.public);
    expect(leaks(await page.content(), secretPart(key)), address).toEqual([]);
  }
  await open(page, secret.edit);
  await expect(page.locator('.stored-key')).toContainText(`Stored key: Ed25519, 256 bits, ${key.fingerprint}`);
  await expect(page.getByRole('region', { name: 'Public key' })).toHaveCount(0);
  expect(leaks(await page.content(), secretPart(key)), secret.edit).toEqual([]);
});

test('the public key is copied and downloaded', async ({ page, secrets, hydrated, context }) => {
  const key = sshKey('copied@here');
  const secret = await secrets.git({ secret: key.private });
  await open(page, `/secrets/${secret.id}/key`);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download .pub' }).click()]);
  expect(download.suggestedFilename()).toBe(`${secret.name}.pub`);
  const stream = await download.createReadStream();
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Buffer));
  expect(Buffer.concat(chunks).toString()).toBe(`${key.public}\n`);
  const copy = page.getByRole('button', { name: 'Copy' });
  if (!hydrated) {
    await expect(copy).toBeHidden();
    return;
  }
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await copy.click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(key.public);
});

test('the passphrase is asked for as soon as it is needed', async ({ page, hydrated, faults }) => {
  faults.allowStatus(422);
  const key = sshKey('protected@here', 'tr0ub4dor & "3"');
  const name = unique('protected');
  await open(page, '/secrets/new');
  await expect(passphrase(page)).toBeHidden();
  if (hydrated) {
    await fill(page, { secret: sshKey('plain').private });
    await expect(passphrase(page)).toBeHidden();
    await fill(page, { secret: publicKey() });
    await expectError(page, 'Secret', /This is the public key\. Paste the private key: the file without \.pub\./);
    // Pasting alone is enough: nothing was left or submitted yet.
    await fill(page, { secret: key.private });
    await expectNoError(page, 'Secret');
  } else {
    await submit(page, { name, secret: key.private });
    await expectError(page, 'Passphrase', /has a passphrase\. Enter it/);
    await expect(page.getByRole('alert')).toContainText('Enter it again.');
    await expect(field(page, 'Secret')).toHaveValue('');
  }
  await expect(passphrase(page)).toBeVisible();
  await expect(page.getByText('This key has a passphrase. Enter it; Latchkey stores the key without it').first()).toBeVisible();
  await submit(page, { name, secret: key.private, passphrase: 'wrong' });
  await expectError(page, 'Passphrase', /This is not the passphrase of the key/);
  if (hydrated) {
    await expect(field(page, 'Secret')).toHaveValue(key.private);
    await submit(page, { passphrase: 'tr0ub4dor & "3"' });
  } else {
    await submit(page, { secret: key.private, passphrase: 'tr0ub4dor & "3"' });
  }
  await expectList(page);
  await expect(row(page, { name })).toContainText('Ed25519');
});

test('the same key twice is reported, and saved on request', async ({ page, secrets, hydrated, faults }) => {
  faults.allowStatus(409);
  const key = sshKey('twice@here');
  const one = await secrets.git({ secret: key.private });
  const name = unique('twin');
  await open(page, '/secrets/new');
  await submit(page, { name, display_name: 'Twin', secret: key.private });
  const alert = page.getByRole('alert').filter({ hasText: 'Duplicate key' });
  await expect(alert).toContainText(`${one.name} already uses this key.`);
  await expect(alert.getByRole('link', { name: one.name })).toHaveAttribute('href', one.page);
  await expect(field(page, 'Display Name')).toHaveValue('Twin');
  if (!hydrated) await fill(page, { secret: key.private });
  await alert.getByLabel('Save anyway').check();
  await confirm(page).click();
  await expectList(page);
  await expect(row(page, { name })).toContainText('Ed25519');
});

test('the same account twice is reported, and another one is saved', async ({ page, secrets, faults }) => {
  faults.allowStatus(409);
  const username = unique('robot');
  const one = await secrets.image({ registry_host: 'ghcr.io', username });
  await open(page, '/secrets/new');
  const name = unique('account');
  await submit(page, { type: 'image-pull', name, registry_host: 'https://GHCR.io/', username, password: 'p' });
  const alert = page.getByRole('alert').filter({ hasText: 'Duplicate account' });
  await expect(alert).toContainText(`${one.name} already uses this account at this registry.`);
  await expect(alert.getByRole('link', { name: one.name })).toHaveAttribute('href', one.page);
  await submit(page, { username: `${username}-2`, password: 'p' });
  await expectList(page);
});

test('a pair is generated with the secret; Enter in the form generates none', async ({ page, hydrated, faults }) => {
  faults.allowStatus(422);
  const name = unique('made');
  await open(page, '/secrets/new');
  const make = way(page, 'Generate');
  await typeChoice(page, 'image-pull').check();
  await expect(make).toBeHidden();
  await typeChoice(page, 'git-dataset').check();
  await fill(page, { name });
  const answered = hydrated ? undefined : page.waitForEvent('load');
  await field(page, 'Name').press('Enter');
  await answered;
  await expectError(page, 'Secret', /^Enter the private key\.$/);
  // A rejected form keeps the way, and everything that was typed.
  await make.check();
  await field(page, 'Key type').selectOption('RSA 4096, for older servers');
  await submit(page, { name: 'Bad Name' });
  await expectError(page, 'Name', /bad-name/);
  await expect(make).toBeChecked();
  await expect(field(page, 'Key type')).toHaveValue('rsa-4096');
  await field(page, 'Key type').selectOption('Ed25519');
  await fill(page, { name });
  await confirm(page).click();
  await expectHeading(page, 'SSH key');
  await expect(page).toHaveURL(new RegExp(`/secrets/gitsync-secret-${name}/key$`));
  await expect(page.getByRole('textbox', { name: 'Public key', exact: true })).toHaveValue(new RegExp(`^ssh-ed25519 \\S+ ${name}@latchkey$`));
  for (const place of ['GitHub', 'GitLab', 'Bitbucket', 'Gitea']) {
    await page.getByText(place, { exact: true }).click();
    await expect(page.locator('details[open]').filter({ hasText: place }).getByRole('listitem')).toHaveCount(3);
  }
  await open(page, stored('git-dataset', name).edit);
  await expect(field(page, 'Secret')).toHaveValue('');
});

test('a pending key is tested with a result in words, and then switched to', async ({ page, secrets }) => {
  const git = await gitServer();
  try {
    const secret = await secrets.git({ secret: git.key });
    await open(page, `/secrets/${secret.id}/key`);
    await page.getByRole('button', { name: 'Generate a new key pair' }).click();
    const line = await page.getByLabel('New public key', { exact: true }).inputValue();
    const result = page.locator('.check-result');
    const tested = async (said: string) => {
      await page.getByRole('button', { name: 'Test the new key' }).click();
      await expect(result).toContainText(said);
      await expectHeading(page, 'SSH key');
    };
    await tested('Enter a test repository first.');
    const host = `[127.0.0.1]:${git.port} ${git.hostKey}`;
    await secrets.change(secret, { version: '2', repository: git.repository, known_hosts: host });
    await tested("doesn't accept this key");
    await expect(page.getByText('You can switch to it.')).toHaveCount(0);
    git.letIn(line);
    await tested('The host accepts this key');
    await expect(page.getByText('The new key works. You can switch to it.')).toBeVisible();
    await expectAccessible(page, 'a new key that was tested');
    // The test says nothing about the key in use.
    await open(page, `/secrets/${secret.id}/check`);
    await expect(result).toContainText('Not tested');
    await open(page, `/secrets/${secret.id}/key`);
    await page.getByRole('button', { name: 'Switch to the new key' }).click();
    await expect(page.getByText('The new key was not tested just now.')).toBeVisible();
    await sayYes(page, 'Switch to the new key');
    await expect(page.getByRole('textbox', { name: 'Public key', exact: true })).toHaveValue(line);
  } finally {
    git.stop();
  }
});

test('a pending key waits beside the key in use, and is switched to or discarded', async ({ page, secrets }) => {
  const key = sshKey('old@here');
  const secret = await secrets.git({ secret: key.private });
  await open(page, secret.edit);
  await page.getByRole('link', { name: 'generate a new key pair' }).click();
  await expectHeading(page, 'SSH key');
  await page.getByRole('button', { name: 'Generate a new key pair' }).click();
  const fresh = page.getByLabel('New public key', { exact: true });
  await expect(fresh).toHaveValue(/^ssh-ed25519 /);
  await expect(page.getByRole('textbox', { name: 'Public key', exact: true })).toHaveValue(key.public);
  await page.getByRole('button', { name: 'Discard the new key' }).click();
  await sayYes(page, 'Discard the new key');
  await expect(page.locator('.notices')).toContainText('New key discarded.');
  await expect(fresh).toHaveCount(0);
  await page.getByRole('button', { name: 'Generate RSA 4096 (older servers)' }).click();
  await expect(fresh).toHaveValue(/^ssh-rsa /);
  const line = await fresh.inputValue();
  await page.getByRole('button', { name: 'Switch to the new key' }).click();
  await sayYes(page, 'Switch to the new key');
  await expect(page.locator('.notices')).toContainText('The new key is in use.');
  await expect(page.getByRole('textbox', { name: 'Public key', exact: true })).toHaveValue(line);
  await expect(page.getByText('RSA, 4096 bits')).toBeVisible();
  await open(page, `/secrets/${secret.id}`);
  await expect(page.getByRole('region', { name: 'Public key' })).not.toContainText(key.fingerprint);
});
