// Test connection: from Add, Edit and the list, against a real registry and a real Git server.

import { expectAccessible } from '../support/accessibility.js';
import { confirm, expect, expectHeading, expectList, field, open, ready, row, stored, test, unique } from '../support/fixtures.js';
import { expectError, expectNoError, fill, submit, summary } from '../support/form.js';
import { ACCOUNT, gitServer, registry, type Peer } from '../support/peers.js';
import type { Page } from '@playwright/test';

let images: Peer;
let git: Awaited<ReturnType<typeof gitServer>>;

test.beforeAll(async () => {
  [images, git] = await Promise.all([registry(), gitServer()]);
});

test.afterAll(() => {
  images.stop();
  git.stop();
});

const host = () => `127.0.0.1:${images.port}`;
const button = (page: Page) => page.getByRole('button', { name: 'Test connection', exact: true });
const result = (page: Page) => page.locator('.check-result');

/** Presses the button in a form; without JavaScript the answer is a page. */
async function tryIt(page: Page, hydrated: boolean): Promise<void> {
  const answered = hydrated ? undefined : page.waitForEvent('load');
  await button(page).click();
  await answered;
  await ready(page);
}

test('on Add, the typed credential is tested with a result in words, and stays', async ({ page, hydrated }) => {
  const name = unique('tried');
  await open(page, '/secrets/new');
  await fill(page, { type: 'image-pull', name, display_name: 'Tried first', registry_host: host(), ...ACCOUNT });
  await tryIt(page, hydrated);
  await expect(result(page)).toContainText('Works');
  await expect(result(page)).toContainText('accepts this username and password');
  await expect(field(page, 'Name')).toHaveValue(name);
  await expect(field(page, 'Display Name')).toHaveValue('Tried first');
  await expect(field(page, 'Registry Host')).toHaveValue(host());
  // Hydrated, nothing is lost; without JavaScript the value is not sent back, and the page says so.
  await expect(field(page, 'Password')).toHaveValue(hydrated ? ACCOUNT.password : '');
  if (!hydrated) await expect(page.getByText('Enter it again before you save.')).toBeVisible();
  await expectAccessible(page, 'a form that was tested');
  await submit(page, hydrated ? {} : { password: ACCOUNT.password });
  await expectList(page);
  // The saved value is the tested one, so the proof is kept.
  await expect(row(page, { name })).toContainText('Works');
});

test('a wrong password is reported, and can still be saved', async ({ page, hydrated }) => {
  const name = unique('wrong');
  await open(page, '/secrets/new');
  await fill(page, { type: 'image-pull', name, registry_host: host(), username: unique('stranger'), password: 'no' });
  await tryIt(page, hydrated);
  await expect(result(page)).toContainText('Refused');
  await expect(result(page)).toContainText("doesn't accept this username and password");
  await submit(page, { password: 'no' });
  await expectList(page);
  await expect(row(page, { name })).toContainText('Refused');
});

test('a test that takes long shows so, keeps the focus, and can be stopped', async ({ page, hydrated, faults }) => {
  faults.allow(/request failed|Failed to load resource/);
  test.skip(!hydrated, 'without JavaScript the browser shows it');
  let release = () => {};
  const held = new Promise<void>((done) => (release = done));
  await page.route('**/secrets/new/check*', async (route) => {
    await held;
    // The browser has given it up by then.
    await route.abort().catch(() => undefined);
  });
  await open(page, '/secrets/new');
  await fill(page, { type: 'image-pull', registry_host: host(), ...ACCOUNT });
  await button(page).click();
  await expect(page.getByText('Testing…')).toBeVisible();
  await expect(button(page)).toHaveAttribute('aria-disabled', 'true');
  await expect(button(page)).toHaveAttribute('aria-busy', 'true');
  await expect(button(page)).toBeFocused();
  await expectAccessible(page, 'a form that is being tested');
  const stopped = page.waitForEvent('requestfailed');
  await page.getByRole('button', { name: 'Cancel test' }).click();
  await stopped;
  await expect(page.locator('#check-answer')).toHaveText('Test canceled.');
  await expect(page.locator('#check-answer')).toBeFocused();
  await expect(button(page)).not.toHaveAttribute('aria-disabled');
  release();
  await page.unroute('**/secrets/new/check*');
  await button(page).click();
  await expect(result(page)).toContainText('Works');
});

test('another value than the one that was tested is saved as not tested', async ({ page, hydrated }) => {
  const name = unique('other');
  await open(page, '/secrets/new');
  await fill(page, { type: 'image-pull', name, registry_host: host(), username: unique('robot'), password: 'tested' });
  await tryIt(page, hydrated);
  await expect(result(page)).toContainText('Refused');
  expect(await page.locator('input[name=tested]').inputValue()).not.toContain('tested');
  await submit(page, { password: 'saved' });
  await expectList(page);
  await expect(row(page, { name })).toContainText('Not tested');
  const link = row(page, { name }).getByRole('link', { name: 'Not tested' });
  await expect(link).not.toHaveAttribute('title');
});

test('a test on Edit is kept by the save that follows, also after a rejected save', async ({ page, hydrated, secrets, faults }) => {
  faults.allowStatus(409);
  const secret = await secrets.image({ registry_host: host(), ...ACCOUNT });
  await open(page, secret.edit);
  await field(page, 'Test image').fill('group/app:1');
  await tryIt(page, hydrated);
  await expect(result(page)).toContainText(/Refused|Works/);
  await secrets.change(secret, { version: '1', display_name: 'Meanwhile', registry_host: host(), username: ACCOUNT.username });
  await submit(page, {});
  await page.getByRole('button', { name: 'Overwrite' }).click();
  await expectList(page);
  await open(page, `/secrets?q=${secret.name}`);
  await expect(row(page, secret)).not.toContainText('Not tested');
});

test('a missing test target is reported at its field', async ({ page, hydrated, faults }) => {
  faults.allowStatus(422);
  await open(page, '/secrets/new');
  await fill(page, { type: 'image-pull', registry_host: 'ftp://nowhere', username: 'a', password: 'b' });
  await field(page, 'Test image').fill('NOT AN IMAGE');
  await tryIt(page, hydrated);
  if (hydrated) {
    // In place of the result, with links to the fields.
    const refusal = page.locator('#check-answer');
    await expect(refusal.getByRole('link', { name: /another scheme/ })).toHaveAttribute('href', '#registry_host');
    await expect(refusal.getByRole('link', { name: /not the name of an image/ })).toHaveAttribute('href', '#image');
  } else {
    await expect(summary(page)).toBeVisible();
    await expectError(page, 'Registry Host', /scheme/);
    await expectError(page, 'Test image', /image/);
  }
});

test('an invalid repository or image is marked, and saved once it is valid', async ({ page, faults }) => {
  faults.allowStatus(422);
  const name = unique('marked');
  await open(page, '/secrets/new');
  const repository = field(page, 'Test repository');
  await repository.fill('https://github.com/group/app.git');
  await field(page, 'Known hosts').evaluate((area: HTMLTextAreaElement) => { area.value = 'nonsense'; });
  await submit(page, { name, secret: git.key });
  await expect(summary(page).getByRole('link', { name: /need an SSH address/ })).toHaveAttribute('href', '#repository');
  await expectError(page, 'Test repository', /need an SSH address/);
  await expectError(page, 'Known hosts', /Line 1 is not a line of a known_hosts file/);
  await expect(repository).toBeFocused();
  await expectAccessible(page, 'a repository that is none');
  await repository.fill(git.repository);
  await field(page, 'Known hosts').fill('');
  await fill(page, { type: 'image-pull', registry_host: host(), username: unique('robot'), password: 'pw' });
  await field(page, 'Test image').fill('NOT AN IMAGE');
  await submit(page, { password: 'pw' });
  await expectError(page, 'Test image', /not the name of an image/);
  await expectNoError(page, 'Test repository');
  await field(page, 'Test image').fill('group/app');
  await submit(page, { password: 'pw' });
  await expectList(page);
  await expect(row(page, { name })).toBeVisible();
});

test('on Edit, the stored password is tested if none was typed, and the result is listed', async ({ page, hydrated, secrets }) => {
  const secret = await secrets.image({ registry_host: host(), ...ACCOUNT });
  await open(page, secret.edit);
  await tryIt(page, hydrated);
  await expect(result(page)).toContainText('Works');
  await expect(field(page, 'Password')).toHaveValue('');
  // What was typed for this host is not sent to another.
  await fill(page, { registry_host: 'registry.example.org' });
  await tryIt(page, hydrated);
  await expect(result(page)).toContainText('sent to any other');
  await open(page, `/secrets?q=${secret.name}&status=works`);
  await expect(row(page, secret)).toContainText('Works');
});

test('a test from the list shows the result, and the way back', async ({ page, secrets }) => {
  const secret = await secrets.image({ registry_host: host(), ...ACCOUNT });
  await open(page, `/secrets?q=${secret.name}`);
  await row(page, secret).getByRole('button', { name: `Test connection of ${secret.name}` }).click();
  await expectHeading(page, 'Connection');
  await expect(result(page)).toContainText('Works');
  await expect(result(page)).toContainText('by admin');
  for (const [width, scheme] of [[1200, 'light'], [360, 'dark']] as const) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme: scheme });
    await expectAccessible(page, `the connection, ${scheme}`);
  }
  await page.getByRole('link', { name: 'Back to the secrets' }).click();
  await expectList(page);
  await expect(page).toHaveURL(new RegExp(`q=${secret.name}`));
  await expect(row(page, secret)).toContainText('Works');
});

test('the list is filtered by state, and the filter stays in the address', async ({ page, secrets }) => {
  const [good, other] = [await secrets.image({ registry_host: host(), ...ACCOUNT }), await secrets.image({ registry_host: host() })];
  await page.request.post(`/secrets/${good.id}/check`);
  await open(page, '/secrets');
  await field(page, 'Search').fill('registry');
  await field(page, 'Status').selectOption('Works');
  await page.getByRole('search').getByRole('button', { name: 'Search' }).click().catch(() => undefined);
  await expect(page).toHaveURL(/status=works/);
  await ready(page);
  await expect(field(page, 'Status')).toHaveValue('works');
  await expect(row(page, good)).toBeVisible();
  await expect(row(page, other)).toHaveCount(0);
});

test('a key without a repository cannot be tested', async ({ page, hydrated, secrets }) => {
  await open(page, (await secrets.git()).edit);
  await tryIt(page, hydrated);
  await expect(result(page)).toContainText('Not tested');
  await expect(result(page)).toContainText('Enter a test repository first.');
});

test('a host key is shown with its fingerprint, approved in the form, and trusted from then on', async ({ page, hydrated }) => {
  const name = unique('approved');
  await open(page, '/secrets/new');
  await fill(page, { name, secret: git.key });
  await field(page, 'Test repository').fill(git.repository);
  await tryIt(page, hydrated);
  await expect(result(page)).toContainText('Compare its keys');
  await expect(result(page)).toContainText(git.fingerprint);
  await expectAccessible(page, 'a host to approve');
  await page.getByRole('checkbox', { name: /I have verified these keys/ }).check();
  if (!hydrated) await fill(page, { secret: git.key });
  await tryIt(page, hydrated);
  await expect(result(page)).toContainText('Works');
  await expect(result(page)).toContainText('It is empty');
  if (!hydrated) await fill(page, { secret: git.key });
  await confirm(page).click();
  await expectList(page);
  const secret = stored('git-dataset', name);
  await open(page, secret.edit);
  await expect(field(page, 'Known hosts')).toHaveValue(new RegExp(`\\[127\\.0\\.0\\.1\\]:${git.port} ssh-ed25519 `));
  await tryIt(page, hydrated);
  await expect(result(page)).toContainText('Works');
});

test('a stored key approves its host on its page; another host key is an alarm without a button', async ({ page, secrets }) => {
  const secret = await secrets.git({ secret: git.key });
  await secrets.change(secret, { version: '1', repository: git.repository });
  await open(page, `/secrets/${secret.id}/check`);
  await button(page).click();
  await expectHeading(page, 'Connection');
  await expect(result(page)).toContainText(git.fingerprint);
  await page.getByRole('button', { name: 'Trust these keys and test' }).click();
  await expectHeading(page, 'Connection');
  await expect(result(page)).toContainText('Works');
  await expect(page.getByRole('heading', { name: 'Trusted host keys' })).toBeVisible();
  await page.request.get(secret.edit);
  const other = `[127.0.0.1]:${git.port} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl`;
  await secrets.change(secret, { version: '3', repository: git.repository, known_hosts: other });
  await button(page).click();
  await expectHeading(page, 'Connection');
  await expect(result(page)).toContainText('Host key changed');
  await expect(result(page)).toContainText('This may be an attack.');
  await expect(page.getByRole('button', { name: /Trust/ })).toHaveCount(0);
  await expectAccessible(page, 'a changed host key');
});

test('Enter in a field confirms, and does not test', async ({ page }) => {
  const name = unique('entered');
  await open(page, '/secrets/new');
  await fill(page, { type: 'image-pull', name, registry_host: host(), username: unique('robot'), password: 'pw' });
  await field(page, 'Username').press('Enter');
  await expectList(page);
  await expect(row(page, { name })).toBeVisible();
});
