// A rejected form keeps what was typed, and says what to correct.

import { confirm, expect, expectHeading, expectList, field, open, row, test, unique } from '../support/fixtures.js';
import { expectError, expectNoError, fill, submit, summary, typeChoice } from '../support/form.js';
import { privateKey, publicKey } from '../support/keys.js';

// Without JavaScript a rejected form is a page with the status 422.
test.beforeEach(({ faults }) => faults.allowStatus(422));

test('each error stands beside its field and is tied to it; the first one gets the focus', async ({ page }) => {
  await open(page, '/secrets/new');
  await submit(page, { type: 'image-pull', name: 'Bad Name', registry_host: 'user:pw@host', username: 'a:b', password: '' });
  await expectError(page, 'Name', /\w/);
  await expectError(page, 'Registry Host', /\w/);
  await expectError(page, 'Username', /:/);
  await expectError(page, 'Password', /\w/);
  await expectNoError(page, 'Display Name');
  await expect(field(page, 'Name')).toBeFocused();
  await expect(summary(page).getByRole('link')).toHaveCount(4);
});

test('the focus goes to the first field that is wrong, wherever it is', async ({ page }) => {
  await open(page, '/secrets/new');
  await submit(page, { type: 'image-pull', name: unique('focus'), registry_host: 'a.example', username: '', password: '' });
  await expectError(page, 'Username', /\w/);
  await expectError(page, 'Password', /\w/);
  await expect(field(page, 'Username')).toBeFocused();
});

test('an empty form says what is missing', async ({ page }) => {
  await open(page, '/secrets/new');
  await confirm(page).click();
  await expectError(page, 'Name', /\w/);
  await expectError(page, 'Secret', /\w/);
  await expect(field(page, 'Name')).toBeFocused();
  await expect(summary(page).getByRole('link')).toHaveCount(2);
});

test('the summary links to the fields', async ({ page }) => {
  await open(page, '/secrets/new');
  await confirm(page).click();
  const links = summary(page).getByRole('link');
  await expect(links.nth(1)).toHaveAttribute('href', '#secret');
  await links.nth(1).click();
  await expect(page).toHaveURL(/\/secrets\/new.*#secret$/);
  await expectHeading(page, 'Add secret');
  await expect(field(page, 'Secret')).toBeInViewport();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Tab');
  await expect(field(page, 'Secret')).toBeFocused();
});

test('typed fields are kept except values, and the page says so', async ({ page, hydrated }) => {
  await open(page, '/secrets/new');
  const typed = { name: unique('kept'), display_name: 'Kept "as" <it> {is}', registry_host: 'harbor.example:5000', username: 'ro:bot' };
  await submit(page, { type: 'image-pull', ...typed, password: 'Kept-Or-Told' });
  await expectError(page, 'Username', /:/);
  await expect(field(page, 'Name')).toHaveValue(typed.name);
  await expect(field(page, 'Display Name')).toHaveValue(typed.display_name);
  await expect(typeChoice(page, 'image-pull')).toBeChecked();
  await expect(field(page, 'Registry Host')).toHaveValue(typed.registry_host);
  await expect(field(page, 'Username')).toHaveValue(typed.username);
  if (hydrated) {
    await expect(field(page, 'Password')).toHaveValue('Kept-Or-Told');
  } else {
    await expect(field(page, 'Password')).toHaveValue('');
    await expect(page.getByRole('alert')).toContainText('Enter it again.');
    expect(await page.content()).not.toContain('Kept-Or-Told');
  }
  await submit(page, { username: unique('robot'), password: 'Kept-Or-Told' });
  await expectList(page);
  await expect(row(page, typed)).toBeVisible();
});

test('a rejected key is not sent back', async ({ page, hydrated }) => {
  await open(page, '/secrets/new');
  const key = publicKey();
  await submit(page, { name: unique('refused'), display_name: 'Still here', secret: key });
  await expectError(page, 'Secret', /public/i);
  await expect(field(page, 'Display Name')).toHaveValue('Still here');
  if (!hydrated) {
    await expect(field(page, 'Secret')).toHaveValue('');
    await expect(page.getByRole('alert')).toContainText('Enter it again.');
    expect(await page.content()).not.toContain(key.split(' ')[1]);
  }
});

test('an early message disappears once the field is valid', async ({ page, hydrated }) => {
  test.skip(!hydrated, 'without JavaScript there are no early messages');
  await open(page, '/secrets/new');
  await fill(page, { type: 'image-pull', registry_host: 'ftp://a.example' });
  await field(page, 'Username').focus();
  await expectError(page, 'Registry Host', /\w/);
  await fill(page, { registry_host: 'a.example' });
  await field(page, 'Username').focus();
  await expectNoError(page, 'Registry Host');
});

test('a text that is plainly not a private key is rejected with the reason', async ({ page }) => {
  const key = privateKey();
  const lines = key.trimEnd().split('\n');
  const cases: [string, string, RegExp][] = [
    ['a public key', publicKey(), /public/i],
    ['a certificate', '-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIU\n-----END CERTIFICATE-----\n', /certificate/i],
    ['two keys', key + privateKey(), /more than one/i],
    ['a key flattened to one line', lines.join(' '), /line breaks/i],
    ['literal \\n', lines.join('\\n'), /line breaks/i],
    ['a key cut short', lines.slice(0, -1).join('\n'), /missing/i],
    ['damaged armour', key.replace(lines[1] ?? '', 'not*base64*at*all'), /damage/i],
    ['text around the key', `My key:\n${key}`, /before or after/i],
    ['a PuTTY key cut short', 'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n', /missing/i],
    ['a PuTTY key of the oldest form', 'PuTTY-User-Key-File-1: ssh-rsa\nEncryption: none\n', /PuTTY/],
    ['any other text', 'hello', /private key/i],
    ['white space', ' \n\t\n', /\w/],
  ];
  await open(page, '/secrets/new');
  for (const [what, text, reason] of cases) {
    await test.step(what, async () => {
      await submit(page, { name: unique('not-a-key'), secret: text });
      await expectError(page, 'Secret', reason);
      await expect(field(page, 'Secret')).toBeFocused();
    });
  }
});

test('an invalid registry host is rejected, and not repeated in the message', async ({ page }) => {
  await open(page, '/secrets/new');
  for (const host of ['https://me:Pa55word@a.example', 'a.example?x=Pa55word', 'a.example#Pa55word', 'ftp://Pa55word.example', 'a.example:0', 'a.example:65536', '-a.example', 'a_b..example', 'a.example/project/image:Pa55word', 'a.example/project/../Pa55word', 'bücher.example', '999.1.1.1', '[::1']) {
    await test.step(host, async () => {
      await submit(page, { type: 'image-pull', name: unique('not-a-host'), registry_host: host, username: unique('u'), password: 'p' });
      await expectError(page, 'Registry Host', /\w/);
      await expect(page.locator('#registry_host-error')).not.toContainText('Pa55word');
      await expect(page.getByRole('alert').first()).not.toContainText('Pa55word');
    });
  }
});

test('a display name accepts any text without control characters and direction overrides', async ({ page }) => {
  await open(page, '/secrets/new');
  for (const text of ['a\u202Eb', 'a\u2066b', 'a\u0007b']) {
    await submit(page, { name: unique('bad-display'), display_name: text, secret: privateKey() });
    await expectError(page, 'Display Name', /\w/);
  }
  await submit(page, { name: unique('long-display'), display_name: 'd'.repeat(201), secret: privateKey() });
  await expectError(page, 'Display Name', /200/);
  const name = unique('good-display');
  await submit(page, { name, display_name: 'Größe 鍵 🔑 «ok»', secret: privateKey() });
  await expectList(page);
  await expect(row(page, { name })).toContainText('Größe 鍵 🔑 «ok»');
});
