import { expect, expectHeading, expectList, field, notice, open, row, stored, test, unique } from '../support/fixtures.js';
import { base64, beginImport, dockerConfig, secretManifest } from '../support/imports.js';
import { privateKey } from '../support/keys.js';
import { leaks, word } from '../support/sentinel.js';
import { sshKey } from '../support/ssh.js';
import { become } from '../support/people.js';
import { NOBODY } from '../support/session.js';

const chosen = (page: import('@playwright/test').Page) => page.getByRole('checkbox', { checked: true });
const save = (page: import('@playwright/test').Page) => page.getByRole('button', { name: 'Import selected' });

test('each registry of a pasted docker config becomes a secret', async ({ page }) => {
  const name = unique('imported');
  await open(page, '/secrets');
  await page.getByRole('link', { name: 'Import', exact: true }).click();
  await expectHeading(page, 'Import secrets');
  const password = word();
  // An account that the other run of this spec has already imported would be left out.
  const ana = unique('ana');
  await beginImport(page, dockerConfig({ [`${name}.example`]: `robot:${password}`, 'docker.io': `${ana}:pw` }));
  expect(leaks(await page.content(), [password, base64(`robot:${password}`)])).toEqual([]);
  await expect(chosen(page)).toHaveCount(2);
  await expect(page.locator('#name-1')).toHaveValue(`${name}.example`);
  await expect(page.locator('#display_name-2')).toHaveValue(`Docker Hub as ${ana}`);
  await expect(page.getByRole('group').filter({ hasText: 'https://index.docker.io/v1/' })).toContainText('Host corrected');
  await page.locator('#name-1').fill(name);
  await page.locator('#name-2').fill(`${name}-hub`);
  await save(page).click();
  await expectList(page);
  await expect(notice(page)).toContainText(`2 secrets imported: ${name}, ${name}-hub.`);
  for (const [saved, host, username] of [
    [name, `${name}.example`, 'robot'],
    [`${name}-hub`, 'https://index.docker.io/v1/', ana],
  ] as const) {
    await open(page, `/secrets/image-${saved}/edit`);
    await expect(field(page, 'Registry Host')).toHaveValue(host);
    await expect(field(page, 'Username')).toHaveValue(username);
  }
});

test('a key in an uploaded manifest becomes a Git dataset', async ({ page }) => {
  const name = unique('from-cluster');
  const manifest = [
    secretManifest(`gitsync-secret-${name}`, 'Opaque', { ssh: privateKey() }),
    'kind: ConfigMap\n',
    secretManifest('regcred', 'kubernetes.io/dockerconfigjson', { '.dockerconfigjson': dockerConfig({ [`${name}.example`]: 'u:p' }) }),
  ].join('---\n');
  await open(page, '/secrets/import');
  await field(page, 'File').setInputFiles({ name: 'secrets.yaml', mimeType: 'application/yaml', buffer: Buffer.from(manifest) });
  await page.getByRole('button', { name: 'Continue' }).click();
  await expectHeading(page, 'Choose what to import');
  await expect(page.locator('#name-1')).toHaveValue(name);
  await expect(page.getByText('1 other object.')).toBeVisible();
  // Only the key: what is not chosen is discarded.
  await page.getByRole('checkbox').nth(1).uncheck();
  await save(page).click();
  await expectList(page);
  const secret = stored('git-dataset', name);
  await expect(notice(page).getByRole('link')).toHaveAttribute('href', secret.page);
  await expect(row(page, secret)).toContainText('Git Dataset');
});

test('the origins of a credential are shown in every window, and on its page afterwards', async ({ page }) => {
  const name = unique('placed');
  const config = dockerConfig({ [`${name}.example`]: 'u:p' });
  const places = [1, 2, 3, 4].map((number) => `${name}-${number}`);
  const manifests = places.map((place) => secretManifest(place, 'kubernetes.io/dockerconfigjson', { '.dockerconfigjson': config }));
  const shown = page.getByText(places.slice(0, 3).join(', '), { exact: true });
  const last = page.getByText(places[3] ?? '', { exact: true });
  const seen = async () => {
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      await expect(shown).toBeVisible();
      await expect(last).toBeHidden();
    }
    await page.getByText('and 1 more').click();
    await expect(last).toBeVisible();
  };
  await beginImport(page, manifests.join('---\n'));
  await seen();
  await page.locator('#name-1').fill(name);
  await save(page).click();
  await expectList(page);
  await open(page, `/secrets/image-${name}`);
  await expect(page.getByRole('heading', { name: 'Imported from' })).toBeVisible();
  await seen();
});

test('credentials kept elsewhere are listed with what to do', async ({ page }) => {
  const config = dockerConfig({ 'ghcr.io': '', 'quay.io': 'robot:pw' }, { credsStore: 'osxkeychain', credHelpers: { '1.dkr.ecr.eu-central-1.amazonaws.com': 'ecr-login' } });
  await beginImport(page, config);
  await expect(page.getByRole('checkbox')).toHaveCount(1);
  await expect(page.getByRole('heading', { name: "Can't be imported" })).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: 'ghcr.io' })).toContainText('the macOS keychain');
  await expect(page.getByRole('listitem').filter({ hasText: 'dkr.ecr' })).toContainText('Create a robot account');
});

test('only one of two credentials for one registry is chosen, and both say so', async ({ page }) => {
  await beginImport(page, dockerConfig({ 'docker.io': 'a:1', 'https://index.docker.io/v1/': 'b:2' }));
  await expect(page.getByRole('checkbox')).toHaveCount(2);
  await expect(chosen(page)).toHaveCount(1);
  await expect(page.getByText('Another entry here is for the same registry.')).toHaveCount(2);
  expect(await page.locator('#name-1').inputValue()).not.toBe(await page.locator('#name-2').inputValue());
});

test('a row names its duplicate, and is saved on request', async ({ page, secrets }) => {
  const account = { registry_host: 'quay.io', username: unique('robot') };
  const [one, name] = [await secrets.image(account), unique('again')];
  const key = sshKey('imported@here');
  const dataset = await secrets.git({ secret: key.private });
  const config = dockerConfig({ 'quay.io': `${account.username}:new`, 'ghcr.io': `${account.username}:new` });
  const manifests = [
    secretManifest('regcred', 'kubernetes.io/dockerconfigjson', { '.dockerconfigjson': config }),
    secretManifest(`gitsync-secret-${name}`, 'Opaque', { ssh: key.private }),
  ];
  await beginImport(page, manifests.join('---\n'));
  const told = (text: string) => page.getByRole('group').filter({ hasText: text });
  await expect(told('already uses this account at this registry').getByRole('link', { name: one.name })).toBeVisible();
  await expect(told('already uses this key').getByRole('link', { name: dataset.name })).toBeVisible();
  await expect(page.getByText(/already uses/)).toHaveCount(2);
  // Of the three, only the one that no secret holds is chosen.
  await expect(chosen(page)).toHaveCount(1);
  for (const number of [1, 3]) await page.locator(`#take-${number}`).check();
  await page.locator('#name-1').fill(name);
  await page.locator('#name-2').fill(`${name}-other`);
  await save(page).click();
  await expectList(page);
  await expect(row(page, { name }).first()).toBeVisible();
});

test('an invalid row keeps all from being saved, and typed text stays', async ({ page, secrets, faults }) => {
  faults.allowStatus(422);
  const taken = await secrets.image();
  const fine = unique('fine');
  // No other spec stores these accounts, because stored ones are not ticked.
  await beginImport(page, dockerConfig({ [`a.${fine}.example`]: 'u:p', [`b.${fine}.example`]: 'u:p' }));
  await expect(chosen(page)).toHaveCount(2);
  await page.locator('#name-1').fill(fine);
  await page.locator('#display_name-1').fill('Typed before');
  await page.locator('#name-2').fill(taken.name);
  await save(page).click();
  await expect(page.getByRole('alert').getByRole('link')).toHaveAttribute('href', '#name-2');
  await expect(page.locator('#name-2')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.locator('#name-2-error')).toContainText('with this name already');
  await expect(page.locator('#display_name-1')).toHaveValue('Typed before');
  await page.locator('#name-2').fill(`${fine}-b`);
  await save(page).click();
  await expectList(page);
  await expect(row(page, { name: fine })).toContainText('Typed before');
  await expect(row(page, { name: `${fine}-b` })).toBeVisible();
});

test('an invalid text is located, and a private key is redirected', async ({ page, faults }) => {
  faults.allowStatus(422);
  const planted = word();
  await open(page, '/secrets/import');
  await field(page, 'Or paste its text').fill(`{\n"auths": ${planted}`);
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('alert')).toContainText('at line 2');
  expect(leaks(await page.content(), [planted])).toEqual([]);
  await field(page, 'Or paste its text').fill(privateKey());
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('alert')).toContainText('This is a private key by itself.');
  await page.getByRole('link', { name: 'Add a Git Dataset secret' }).click();
  await expectHeading(page, 'Add secret');
});

test('Discard deletes everything', async ({ page, faults }) => {
  faults.allowStatus(404);
  await beginImport(page, dockerConfig({ 'a.example': 'u:p' }));
  const address = page.url();
  // Asked in place, so that a No loses nothing that was typed into the rows.
  const discard = page.getByRole('button', { name: 'Discard all', exact: true });
  await expect(discard).toBeHidden();
  await page.getByText('Discard', { exact: true }).click();
  await expect(page.getByText('Discard everything that was found?')).toBeVisible();
  await discard.click();
  await expectList(page);
  await expect(notice(page)).toContainText('Nothing was imported.');
  await open(page, address);
  await expectHeading(page, 'This import has ended');
});

test.describe('a reader', () => {
  test.use({ storageState: NOBODY });

  test('is offered no import', async ({ page, faults }) => {
    faults.allowStatus(403);
    await become(page, 'reader');
    await open(page, '/secrets');
    await expect(page.getByRole('link', { name: 'Import', exact: true })).toHaveCount(0);
    await open(page, '/secrets/import');
    await expectHeading(page, "You don't have access to this page");
  });
});
