import { expect, expectHeading, expectList, field, names, notice, open, row, stored, test, unique, confirm } from '../support/fixtures.js';
import { expectError, expectNoError, fill, submit, typeChoice, way } from '../support/form.js';
import { privateKey } from '../support/keys.js';

test('a saved key for a Git dataset is listed, with a notice that links to it', async ({ page }) => {
  const name = unique('added-key');
  await open(page, '/secrets');
  await page.getByRole('link', { name: 'Add', exact: true }).click();
  await expectHeading(page, 'Add secret');
  await submit(page, { name, display_name: 'My deploy key', secret: privateKey() });
  await expectList(page);
  const secret = stored('git-dataset', name, 'My deploy key');
  await expect(row(page, secret)).toBeVisible();
  await expect(row(page, secret)).toBeInViewport();
  await expect(row(page, secret)).toContainText('My deploy key');
  await expect(row(page, secret)).toContainText('Git Dataset');
  await expect(notice(page)).toContainText('Secret saved');
  await expect(notice(page).getByRole('link')).toHaveAttribute('href', secret.page);
  await notice(page).getByRole('link').click();
  await expectHeading(page, 'My deploy key');
  await expect(page).toHaveURL(secret.page);
  await expect(page.locator('main')).toContainText(secret.id);
});

test('a saved registry credential is listed, with a notice that links to it', async ({ page, faults }) => {
  faults.allowStatus(422);
  const [name, username] = [unique('added-image'), unique('robot$pull')];
  const password = ' p:ä"\\ 🔑 ';
  await open(page, '/secrets/new');
  await submit(page, { type: 'image-pull', name, registry_host: 'harbor.example.org', username, password });
  await expectError(page, 'Password', /begins or ends with a space/);
  await page.getByRole('combobox', { name: 'The ends of the password' }).selectOption('keep');
  await submit(page, { password });
  await expectList(page);
  const secret = stored('image-pull', name);
  await expect(row(page, secret)).toContainText('Image Pull');
  await expect(notice(page)).toContainText('Secret saved');
  await expect(notice(page).getByRole('link')).toHaveAttribute('href', secret.page);
  await open(page, secret.edit);
  await expect(field(page, 'Registry Host')).toHaveValue('harbor.example.org');
  await expect(field(page, 'Username')).toHaveValue(username);
  await expect(field(page, 'Password')).toHaveValue('');
});

test('the message at the password goes once the password is changed', async ({ page, faults, javaScriptEnabled }) => {
  test.skip(!javaScriptEnabled, 'the page is sent again without JavaScript');
  faults.allowStatus(422);
  await open(page, '/secrets/new');
  await submit(page, { type: 'image-pull', name: unique('ends'), registry_host: 'harbor.example.org', username: 'u', password: 'p ' });
  await expectError(page, 'Password', /begins or ends with a space/);
  await field(page, 'Password').press('Backspace');
  await expectNoError(page, 'Password');
  await expect(page.getByRole('combobox', { name: 'The ends of the password' })).toBeHidden();
});

test('the notice is shown once', async ({ page }) => {
  const name = unique('once');
  await open(page, '/secrets/new');
  await submit(page, { name, secret: privateKey() });
  await expectList(page);
  await expect(notice(page)).toContainText('Secret saved');
  await open(page, '/secrets');
  await expect(notice(page)).not.toContainText('Secret saved');
});

test('the notice disappears by itself, but not while it has the focus or the pointer', async ({ page, hydrated }) => {
  test.skip(!hydrated, 'without JavaScript it stays until the next page');
  const name = unique('fleeting');
  await page.clock.install();
  await open(page, '/secrets/new');
  await submit(page, { name, secret: privateKey() });
  await expectList(page);
  await notice(page).getByRole('link').hover();
  await page.clock.runFor(7_500);
  await expect(notice(page)).toContainText('Secret saved');
  await page.mouse.move(0, 0);
  await page.clock.runFor(7_000);
  await expect(notice(page)).toBeEmpty();
});

test('an empty display name becomes the name', async ({ page }) => {
  const name = unique('plain');
  await open(page, '/secrets/new');
  await submit(page, { name, display_name: '   ', secret: privateKey() });
  await expectList(page);
  await expect(row(page, { name }).getByRole('cell').nth(1)).toHaveText(name);
});

test('the type decides on the fields', async ({ page }) => {
  await open(page, '/secrets/new');
  const types = page.getByRole('group', { name: 'Type', exact: true });
  await expect(types.getByRole('radio')).toHaveCount(2);
  await expect(typeChoice(page, 'git-dataset')).toBeChecked();
  const git = ['Secret'];
  const image = ['Registry Host', 'Username', 'Password'];
  for (const [type, shown, hidden] of [
    ['git-dataset', git, image],
    ['image-pull', image, git],
    ['git-dataset', git, image],
  ] as const) {
    await typeChoice(page, type).check();
    for (const label of ['Name', 'Display Name', ...shown]) await expect(field(page, label)).toBeVisible();
    for (const label of hidden) await expect(field(page, label)).toBeHidden();
  }
});

test('fields of the other type keep what was typed, and do no harm', async ({ page }) => {
  const name = unique('changed-mind');
  await open(page, '/secrets/new');
  await fill(page, { name, secret: 'not a key at all', type: 'git-dataset' });
  await submit(page, { type: 'image-pull', registry_host: 'a.example', username: unique('u'), password: 'p' });
  await expectList(page);
  await expect(row(page, { name })).toContainText('Image Pull');
});

test('Confirm and Cancel are at the end; Cancel returns to the list and saves nothing', async ({ page }) => {
  await open(page, '/secrets');
  await page.getByRole('link', { name: 'Add', exact: true }).click();
  await expect(confirm(page)).toBeVisible();
  await page.getByRole('link', { name: 'Cancel', exact: true }).click();
  await expectList(page);
  await expect(notice(page)).not.toContainText('Secret');
});

test('a name is unique within its type', async ({ page, secrets }) => {
  const key = await secrets.git();
  await open(page, '/secrets/new');
  await submit(page, { type: 'image-pull', name: key.name, registry_host: 'a.example', username: unique('u'), password: 'p' });
  await expectList(page);
  await open(page, `/secrets?q=${key.name}`);
  expect(await names(page)).toEqual([key.name, key.name]);
});

test('a registry host is normalized, and the page says so', async ({ page, hydrated }) => {
  const name = unique('corrected');
  await open(page, '/secrets/new');
  await fill(page, { type: 'image-pull', name, registry_host: 'HTTPS://Registry.Example.COM:5000/v2/', username: unique('u'), password: 'p' });
  if (hydrated) await expect(page.locator('.correction')).toContainText('registry.example.com:5000');
  await confirm(page).click();
  await expectList(page);
  await expect(notice(page)).toContainText('registry.example.com:5000');
  await open(page, `/secrets/image-${name}/edit`);
  await expect(field(page, 'Registry Host')).toHaveValue('registry.example.com:5000');
});

for (const host of ['docker.io', 'index.docker.io', 'https://registry-1.docker.io/v2/', 'hub.docker.com']) {
  test(`Docker Hub is one registry: ${host}`, async ({ page }) => {
    const name = unique('hub');
    await open(page, '/secrets/new');
    await submit(page, { type: 'image-pull', name, registry_host: host, username: unique('u'), password: 'p' });
    await expectList(page);
    await open(page, `/secrets/image-${name}/edit`);
    await expect(field(page, 'Registry Host')).toHaveValue('https://index.docker.io/v1/');
  });
}

test('a key with foreign line ends, byte order mark and indentation is accepted', async ({ page }) => {
  const name = unique('crlf');
  const pasted = `\uFEFF\r\n${privateKey().trimEnd().split('\n').map((line) => `  ${line}`).join('\r\n')}`;
  await open(page, '/secrets/new');
  await submit(page, { name, secret: pasted });
  await expectList(page);
  await expect(row(page, { name })).toBeVisible();
});

test('a key from a file is read in the browser', async ({ page, hydrated }) => {
  await open(page, '/secrets/new');
  const chooser = page.locator('#secret-file');
  if (!hydrated) {
    await expect(way(page, 'Choose a file')).toBeHidden();
    await expect(chooser).toBeHidden();
    return;
  }
  await way(page, 'Choose a file').check();
  await expect(field(page, 'Secret')).toBeHidden();
  const key = privateKey();
  const name = unique('from-file');
  await field(page, 'Name').fill(name);
  const [picker] = await Promise.all([page.waitForEvent('filechooser'), page.getByText('Browse…').click()]);
  await picker.setFiles({ name: 'id_ecdsa', mimeType: 'text/plain', buffer: Buffer.from(key) });
  await expect(field(page, 'Secret')).toHaveValue(key);
  await expect(chooser).not.toHaveAttribute('name');
  await confirm(page).click();
  await expectList(page);
  await expect(row(page, { name })).toBeVisible();
});

test('the password can be shown and hidden', async ({ page, hydrated }) => {
  await open(page, '/secrets/new');
  await fill(page, { type: 'image-pull', password: 'hunter2 hunter2' });
  const password = field(page, 'Password');
  await expect(password).toHaveAttribute('type', 'password');
  if (!hydrated) {
    await expect(page.getByRole('button', { name: 'Show', exact: true })).toBeHidden();
    return;
  }
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await expect(password).toHaveAttribute('type', 'text');
  await expect(password).toHaveValue('hunter2 hunter2');
  await page.getByRole('button', { name: 'Hide', exact: true }).click();
  await expect(password).toHaveAttribute('type', 'password');
});

test('fields for values are not remembered by browsers', async ({ page }) => {
  await open(page, '/secrets/new');
  await expect(field(page, 'Secret')).toHaveAttribute('autocomplete', 'off');
  await expect(field(page, 'Secret')).toHaveAttribute('spellcheck', 'false');
  await expect(field(page, 'Password')).toHaveAttribute('autocomplete', 'new-password');
  await expect(page.locator('form#secret-form')).toHaveAttribute('method', 'post');
});

test('a secret is added by keyboard alone', async ({ page }) => {
  const name = unique('keyboard');
  await open(page, '/secrets/new');
  // The first field has the focus when the page opens.
  await expect(typeChoice(page, 'git-dataset')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(typeChoice(page, 'image-pull')).toBeChecked();
  await page.keyboard.press('Tab');
  await expect(field(page, 'Name')).toBeFocused();
  await page.keyboard.type(name);
  await page.keyboard.press('Tab');
  await page.keyboard.type('Typed by hand');
  await page.keyboard.press('Tab');
  await expect(field(page, 'Registry')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(field(page, 'Registry Host')).toBeFocused();
  await page.keyboard.type('a.example');
  await page.keyboard.press('Tab');
  await page.keyboard.type(unique('robot'));
  await page.keyboard.press('Tab');
  await page.keyboard.type('pass word');
  await page.keyboard.press('Enter');
  await expectList(page);
  await expect(row(page, { name })).toContainText('Typed by hand');
});

test('a link may name the type, and the keys are the same three ways', async ({ page, hydrated }) => {
  await open(page, '/secrets/new?type=image-pull');
  await expect(typeChoice(page, 'image-pull')).toBeChecked();
  await expect(field(page, 'Registry Host')).toBeVisible();
  await expect(way(page, 'Paste')).toBeHidden();
  await open(page, '/secrets/new?type=nonsense');
  await expect(typeChoice(page, 'git-dataset')).toBeChecked();
  await expect(way(page, 'Paste')).toBeChecked();
  await expect(field(page, 'Secret')).toBeVisible();
  await way(page, 'Generate').check();
  await expect(field(page, 'Secret')).toBeHidden();
  await expect(field(page, 'Key type')).toBeVisible();
  // There is nothing to test before there is a key.
  await expect(page.getByRole('button', { name: 'Test connection' })).toBeHidden();
  if (hydrated) await way(page, 'Choose a file').check();
});
