// Images and datasets: which secret each uses, and what the secrets know of it.

import { expectAccessible } from '../support/accessibility.js';
import { confirm, expect, expectHeading, field, notice, open, ready, row, test, unique, type Stored } from '../support/fixtures.js';
import { expectError, summary } from '../support/form.js';
import { ACCOUNT, gitServer, registry, type Peer } from '../support/peers.js';
import type { Page } from '@playwright/test';

let images: Peer;
let git: Awaited<ReturnType<typeof gitServer>>;

test.beforeAll(async () => {
  [images, git] = await Promise.all([registry(), gitServer()]);
});

test.beforeEach(({ page }) => void page.on('dialog', (dialog) => void dialog.accept()));

test.afterAll(() => {
  images.stop();
  git.stop();
});

const host = () => `127.0.0.1:${images.port}`;
const pullSecret = (page: Page) => field(page, 'Use Image Pull Secret');

/** Presses a button that is answered with a page, and waits for the page. */
async function press(page: Page, name: string): Promise<void> {
  const answered = page.waitForEvent('load');
  await page.getByRole('button', { name, exact: true }).click();
  await answered;
  await ready(page);
}

async function addImage(page: Page, image: string, secret?: Stored): Promise<string> {
  const name = unique('app');
  await open(page, '/images/new');
  await field(page, 'Name').fill(name);
  await field(page, 'Image').fill(image);
  if (secret) await pullSecret(page).fill(secret.id);
  await confirm(page).click();
  await expectHeading(page, 'Images');
  return name;
}

test('an image is added with a fitting secret, found, changed and deleted', async ({ page, secrets, faults }) => {
  faults.allowStatus(422);
  const word = unique('fits');
  const here = await secrets.image({ name: `${word}-z`, registry_host: 'ghcr.io' });
  const there = await secrets.image({ name: `${word}-a`, registry_host: 'quay.io' });
  const key = await secrets.git({ name: `${word}-k` });
  await open(page, '/images');
  await page.getByRole('link', { name: 'Add', exact: true }).click();
  await expectHeading(page, 'Add image');
  const name = unique('app');
  await field(page, 'Image').fill('ghcr.io/group/app:1');
  // What fits is suggested as soon as the image is known, and keys are not offered.
  await pullSecret(page).fill(there.name);
  await press(page, 'Confirm');
  await expect(field(page, 'Image')).toHaveValue('ghcr.io/group/app:1');
  await expect(pullSecret(page)).toHaveValue(there.id);
  const options = page.locator('datalist option');
  const ids = await options.evaluateAll((all) => all.map((option) => (option as HTMLOptionElement).value));
  expect(ids.indexOf(here.id)).toBeGreaterThanOrEqual(0);
  expect(ids.indexOf(here.id)).toBeLessThan(ids.indexOf(there.id));
  expect(ids).not.toContain(key.id);
  await expect(page.locator(`datalist option[value="${here.id}"]`)).toContainText('(suggested)');
  await field(page, 'Name').fill(name);
  await pullSecret(page).fill(here.id);
  await confirm(page).click();
  await expect(notice(page)).toContainText('Image saved.');

  await field(page, 'Search').fill(name);
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await expect(row(page, { name })).toContainText('ghcr.io/group/app:1');
  await expect(row(page, { name }).getByRole('link', { name: here.name })).toHaveAttribute('href', here.page);
  await row(page, { name }).getByRole('link', { name: `Edit ${name}`, exact: true }).click();
  await expectHeading(page, 'Edit image');
  await expect(pullSecret(page)).toHaveValue(here.id);

  // Another registry: a warning, and it is saved all the same.
  await field(page, 'Image').fill('quay.io/group/app:1');
  await confirm(page).click();
  await expectHeading(page, 'Images');
  await open(page, `/images?q=${name}`);
  await expect(row(page, { name })).toContainText('for another registry');
  await row(page, { name }).getByRole('link', { name: `Edit ${name}`, exact: true }).click();
  await expect(page.getByText("It won't work.")).toBeVisible();

  await open(page, `/images?q=${name}`);
  await row(page, { name }).getByRole('link', { name: `Delete ${name}`, exact: true }).click();
  await expectHeading(page, 'Delete image');
  await page.getByRole('button', { name: 'OK', exact: true }).click();
  await expect(notice(page)).toContainText('Image deleted.');
  await open(page, `/images?q=${name}`);
  await expect(page.getByText('No images match.')).toBeVisible();
});

test('the secret is filtered while typing, its name is enough, and Enter saves', async ({ page, secrets }) => {
  const secret = await secrets.image();
  const name = unique('app');
  await open(page, '/images/new');
  await expect(pullSecret(page)).toHaveAttribute('list', 'secrets');
  await field(page, 'Name').fill(name);
  await field(page, 'Image').fill('registry.example.org:5000/a');
  await pullSecret(page).fill(secret.name);
  await field(page, 'Name').press('Enter');
  await expectHeading(page, 'Images');
  await open(page, `/images?q=${name}`);
  await expect(row(page, { name }).getByRole('link', { name: secret.name })).toBeVisible();
});

test('leaving the form with changes asks first', async ({ page, hydrated }) => {
  test.skip(!hydrated, 'without JavaScript nothing can ask');
  const asked: string[] = [];
  page.removeAllListeners('dialog');
  page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    void dialog.dismiss();
  });
  await open(page, '/images/new');
  await field(page, 'Name').pressSequentially('half-done');
  await page.getByRole('link', { name: 'Cancel', exact: true }).click();
  await expect.poll(() => asked).toEqual(['beforeunload']);
  await expect(field(page, 'Name')).toHaveValue('half-done');
});

test('invalid fields are marked, and nothing is lost', async ({ page, faults }) => {
  faults.allowStatus(422);
  await open(page, '/datasets/new');
  await field(page, 'Name').fill('Not A Name');
  await field(page, 'Git URL').fill('https://user:secret@example.org/a.git');
  await field(page, 'Branch').fill('a..b');
  await press(page, 'Confirm');
  await expect(summary(page)).toBeVisible();
  await expectError(page, 'Name', /Use lowercase letters/);
  await expectError(page, 'Git URL', /Remove the username and password/);
  await expectError(page, 'Branch', /not a branch name/);
  await expect(field(page, 'Branch')).toHaveValue('a..b');
  await expectAccessible(page, 'a dataset that was refused');
});

test('the second of two edits is shown the conflict, and may overwrite', async ({ page, request, faults }) => {
  faults.allowStatus(409);
  const name = await addImage(page, 'alpine:1');
  await open(page, `/images/${name}/edit`);
  const answer = await request.post(`/images/${name}/edit`, { form: { image: 'alpine:2', version: '1' }, maxRedirects: 0 });
  expect(answer.status()).toBe(303);
  await field(page, 'Image').fill('alpine:3');
  await press(page, 'Confirm');
  await expect(page.getByText('You changed it just now.')).toBeVisible();
  await expect(page.locator('.actions .not-saved')).toHaveText('You changed this image in another window');
  await expect(field(page, 'Image')).toHaveValue('alpine:3');
  await page.getByRole('button', { name: 'Overwrite' }).click();
  await expectHeading(page, 'Images');
  await open(page, `/images/${name}/edit`);
  await expect(field(page, 'Image')).toHaveValue('alpine:3');
});

test('an image is tested with the chosen secret', async ({ page, secrets, hydrated, faults }) => {
  faults.allowStatus(422);
  const secret = await secrets.image({ registry_host: host(), ...ACCOUNT });
  await open(page, '/images/new');
  await field(page, 'Image').fill(`${host()}/group/none:1`);
  const tryIt = async () => {
    const answered = hydrated ? undefined : page.waitForEvent('load');
    await page.getByRole('button', { name: 'Test connection', exact: true }).click();
    await answered;
    await ready(page);
  };
  await tryIt();
  await expect(page.getByText('Choose the secret to test with.').first()).toBeVisible();
  await pullSecret(page).fill(secret.id);
  await tryIt();
  await expect(page.locator('.check-result')).toContainText("doesn't let this account pull this image");
  await expect(field(page, 'Image')).toHaveValue(`${host()}/group/none:1`);
  await expect(pullSecret(page)).toHaveValue(secret.id);
});

test('a repository is read with the chosen key', async ({ page, request, hydrated }) => {
  const name = unique('key');
  const added = await request.post('/secrets/new', {
    form: { type: 'git-dataset', name, secret: git.key, known_hosts: git.knownHosts, allow_duplicate: 'on' },
    maxRedirects: 0,
  });
  expect(added.status()).toBe(303);
  await open(page, '/datasets/new');
  await field(page, 'Git URL').fill(git.repository);
  await field(page, 'Use Git Dataset Secret').fill(`gitsync-secret-${name}`);
  const tryIt = async () => {
    const answered = hydrated ? undefined : page.waitForEvent('load');
    await page.getByRole('button', { name: 'Test connection', exact: true }).click();
    await answered;
    await ready(page);
  };
  await tryIt();
  await expect(page.locator('.check-result')).toContainText('the repository can be read');
  // The key works; the branch is a separate matter.
  await field(page, 'Branch').fill('no-such-branch');
  await tryIt();
  await expect(page.locator('.check-result')).toContainText('it has no branch with this name');
  await expect(page.locator('.check-result')).toContainText('No such branch');
  if (!hydrated) await expect(field(page, 'Branch')).toHaveAttribute('aria-invalid', 'true');
});

test('a new host is trusted from the form of a dataset, which keeps what was typed', async ({ page, context, request, hydrated }) => {
  const name = unique('trusted');
  const form = { type: 'git-dataset', name, secret: git.key, allow_duplicate: 'on' };
  expect((await request.post('/secrets/new', { form, maxRedirects: 0 })).status()).toBe(303);
  await open(page, '/datasets/new');
  await field(page, 'Git URL').fill(git.repository);
  await field(page, 'Use Git Dataset Secret').fill(`gitsync-secret-${name}`);
  const answered = hydrated ? undefined : page.waitForEvent('load');
  await page.getByRole('button', { name: 'Test connection', exact: true }).click();
  await answered;
  await expect(page.locator('.check-result')).toContainText(git.fingerprint);
  const tab = context.waitForEvent('page');
  await page.getByRole('button', { name: 'Trust these keys and test' }).click();
  await expectHeading(await tab, 'Connection');
  await expect(field(page, 'Git URL')).toHaveValue(git.repository);
  await open(await tab, `/secrets/gitsync-secret-${name}/edit`);
  await expect(field(await tab, 'Known hosts')).toHaveValue(/ssh-ed25519/);
});

test('a used secret shows its consumers, and requires its name to be deleted', async ({ page, secrets, faults }) => {
  faults.allowStatus(422);
  const secret = await secrets.image({ registry_host: 'ghcr.io' });
  const name = await addImage(page, 'ghcr.io/group/app', secret);
  await open(page, `/secrets?q=${secret.name}`);
  await expect(row(page, secret).getByRole('cell').nth(4)).toContainText('1');
  await expect(row(page, secret).getByRole('cell').nth(5)).toContainText('never');
  await row(page, secret).getByRole('link', { name: `Edit ${secret.name}`, exact: true }).click();
  await expectHeading(page, 'Edit secret');
  await expect(page.locator('.in-use')).toContainText('Used by 1 image');
  await page.locator('.in-use').getByRole('link', { name: '1 image' }).click();
  await expect(page.getByRole('link', { name, exact: true })).toHaveAttribute('href', `/images/${name}/edit`);

  await open(page, `/secrets?q=${secret.name}`);
  await row(page, secret).getByRole('link', { name: `Delete ${secret.name}`, exact: true }).click();
  await expectHeading(page, 'Delete Secret');
  await expect(page.getByRole('link', { name, exact: true })).toBeVisible();
  await press(page, 'OK');
  await expectError(page, 'Name of the secret', /^Type \S+ to delete\.$/);
  await field(page, 'Name of the secret').fill(secret.name);
  await page.getByRole('button', { name: 'OK', exact: true }).click();
  await expect(notice(page)).toContainText('Secret deleted');
  await open(page, `/images?q=${name}`);
  await expect(row(page, { name })).toContainText('deleted');
});

test('the list is sorted by use, and finds what is unused', async ({ page, secrets, hydrated }) => {
  const word = unique('sorted');
  const used = await secrets.image({ name: `${word}-a`, registry_host: 'ghcr.io' });
  const unused = await secrets.image({ name: `${word}-b`, registry_host: 'ghcr.io' });
  await addImage(page, 'ghcr.io/group/app', used);
  await open(page, `/secrets?q=${word}`);
  for (const column of ['Used by', 'Last used']) {
    const heading = page.getByRole('columnheader', { name: column, exact: true });
    for (const direction of ['descending', 'ascending']) {
      await heading.getByRole('link', { name: column, exact: true }).click();
      await expect(heading).toHaveAttribute('aria-sort', direction);
      if (column === 'Used by') {
        const first = direction === 'descending' ? used : unused;
        await expect(page.locator('tbody th').first()).toContainText(first.name);
      }
    }
  }
  await field(page, 'Last used').selectOption({ label: 'Not in 30 days' });
  if (!hydrated) await page.getByRole('button', { name: 'Search', exact: true }).click();
  await expect(page).toHaveURL(/unused=30/);
  await expect(row(page, unused)).toBeVisible();
  await expect(row(page, used)).toHaveCount(0);
});
