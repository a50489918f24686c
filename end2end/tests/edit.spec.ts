import { confirm, expect, expectHeading, expectList, field, notice, open, row, test, unique } from '../support/fixtures.js';
import { expectError, fill, submit } from '../support/form.js';
import { privateKey, publicKey } from '../support/keys.js';

test.beforeEach(({ faults }) => faults.allowStatus(422));

test('name and type are shown but locked', async ({ page, secrets }) => {
  for (const [secret, type] of [[await secrets.git(), 'Git Dataset'], [await secrets.image(), 'Image Pull']] as const) {
    await open(page, secret.edit);
    await expectHeading(page, 'Edit secret');
    for (const [label, text] of [['Name', secret.name], ['Type', type]] as const) {
      const control = field(page, label);
      await expect(control).toBeVisible();
      await expect(control).toHaveValue(text);
      await expect(control).not.toBeEditable();
    }
  }
});

test('host, username and display name are filled in, values are not', async ({ page, secrets }) => {
  const secret = await secrets.image({ display_name: 'Filled in', registry_host: 'ghcr.io', username: 'octo', password: 'never shown 1' });
  await open(page, secret.edit);
  await expect(field(page, 'Display Name')).toHaveValue('Filled in');
  await expect(field(page, 'Registry Host')).toHaveValue('ghcr.io');
  await expect(field(page, 'Username')).toHaveValue('octo');
  await expect(field(page, 'Password')).toHaveValue('');
  await expect(page.getByText('Leave this empty to keep it.')).toBeVisible();
});

test('the box for the key is empty and says what it is for', async ({ page, secrets }) => {
  const secret = await secrets.git();
  await open(page, secret.edit);
  await expect(field(page, 'Secret')).toHaveValue('');
  await expect(field(page, 'Secret')).toHaveAttribute('placeholder', 'Paste a secret to replace it');
});

test('the box for the password is empty and says what it is for', async ({ page, secrets }) => {
  const secret = await secrets.image();
  await open(page, secret.edit);
  await expect(field(page, 'Password')).toHaveAttribute('placeholder', /to replace it/);
});

test('a saved change returns to the list, with a notice', async ({ page, secrets }) => {
  const secret = await secrets.image({ display_name: 'Before' });
  await open(page, `/secrets?q=${secret.name}`);
  await row(page, secret).getByRole('link', { name: `Edit ${secret.name}` }).click();
  await expectHeading(page, 'Edit secret');
  const username = unique('another');
  await submit(page, { display_name: 'After', registry_host: 'new.example:8443', username });
  // Another host requires the password, so that the stored one only goes where it was typed for.
  await expectError(page, 'Password', /\w/);
  await submit(page, { password: 'for the new host' });
  await expectList(page);
  await expect(notice(page)).toContainText('Secret saved');
  await expect(notice(page).getByRole('link')).toHaveAttribute('href', secret.page);
  await expect(row(page, secret)).toContainText('After');
  await open(page, secret.edit);
  await expect(field(page, 'Registry Host')).toHaveValue('new.example:8443');
  await expect(field(page, 'Username')).toHaveValue(username);
});

test('the username can be changed without the password, but not be emptied', async ({ page, secrets }) => {
  const secret = await secrets.image();
  await open(page, secret.edit);
  await submit(page, { username: '' });
  await expectError(page, 'Username', /\w/);
  await expect(field(page, 'Password')).not.toHaveAttribute('aria-invalid', 'true');
  await submit(page, { username: unique('fresh') });
  await expectList(page);
});

test('an emptied display name becomes the name again', async ({ page, secrets }) => {
  const secret = await secrets.git({ display_name: 'For a while' });
  await open(page, secret.edit);
  await submit(page, { display_name: '' });
  await expectList(page);
  await expect(row(page, secret).getByRole('cell').nth(1)).toHaveText(secret.name);
});

test('a key can be replaced, and an invalid one is rejected', async ({ page, secrets }) => {
  const secret = await secrets.git();
  await open(page, secret.edit);
  await submit(page, { secret: publicKey() });
  await expectError(page, 'Secret', /public/i);
  await submit(page, { secret: privateKey() });
  await expectList(page);
  await expect(notice(page)).toContainText('Secret saved');
});

test('what was typed is kept when the form is rejected', async ({ page, secrets, hydrated }) => {
  const secret = await secrets.image();
  await open(page, secret.edit);
  await submit(page, { display_name: 'Typed', registry_host: 'ftp://nope', username: 'me', password: 'Typed-Password' });
  await expectError(page, 'Registry Host', /\w/);
  await expect(field(page, 'Name')).toHaveValue(secret.name);
  await expect(field(page, 'Type')).toHaveValue('Image Pull');
  await expect(field(page, 'Display Name')).toHaveValue('Typed');
  await expect(field(page, 'Registry Host')).toHaveValue('ftp://nope');
  await expect(field(page, 'Username')).toHaveValue('me');
  await expect(field(page, 'Password')).toHaveValue(hydrated ? 'Typed-Password' : '');
  if (!hydrated) await expect(page.getByRole('alert')).toContainText('Enter it again.');
});

test('Cancel saves nothing', async ({ page, secrets }) => {
  const secret = await secrets.git({ display_name: 'Untouched' });
  await open(page, secret.edit);
  page.on('dialog', (dialog) => void dialog.accept());
  await fill(page, { display_name: 'Touched' });
  await page.getByRole('link', { name: 'Cancel', exact: true }).click();
  await expectList(page);
  await expect(row(page, secret)).toContainText('Untouched');
});

test('the name in a forged form changes nothing', async ({ request, page, secrets }) => {
  const secret = await secrets.image();
  const answer = await request.post(secret.edit, {
    form: { version: '1', name: unique('forged'), type: 'git-dataset', display_name: 'Forged', registry_host: 'a.example', username: unique('u'), password: 'p' },
    maxRedirects: 0,
  });
  expect(answer.status()).toBe(303);
  await open(page, secret.edit);
  await expect(field(page, 'Name')).toHaveValue(secret.name);
  await expect(field(page, 'Type')).toHaveValue('Image Pull');
});

test('Confirm is available at once, and saving without a change does no harm', async ({ page, secrets }) => {
  const secret = await secrets.git();
  await open(page, secret.edit);
  await confirm(page).click();
  await expectList(page);
});
