// Every page in every state that looks different, for checks that apply everywhere.

import { expect, type Page } from '@playwright/test';
import { confirm, expectHeading, expectList, field, open, row, unique, type Secrets } from './fixtures.js';
import { fill, submit, typeChoice } from './form.js';
import { IMPORT_PLACES } from './import-places.js';
import { NOTICE_PLACES } from './notice-places.js';
import { privateKey } from './keys.js';
import type { Place } from './place.js';
import { sshKey } from './ssh.js';
import { addUser } from './people.js';
import { WALK } from './walk.js';

const LONG = { name: `${'very-long-name-'.repeat(14)}end`, display_name: 'A display name that goes on and on '.repeat(5).trim() };

export const PLACES: Place[] = [
  {
    what: 'the Overview, with something of everything',
    async go(page, secrets) {
      const key = await secrets.git({ ...LONG, name: unique('x'.repeat(190)), secret: sshKey('overview@here').private });
      await page.request.post(`/secrets/${key.id}/key/generate`, { form: { generate: 'ed25519' }, maxRedirects: 0 });
      await open(page, '/');
      await expectHeading(page, 'Overview');
      for (const summary of await page.getByText('Numbers', { exact: true }).all()) await summary.click();
    },
  },
  {
    what: 'the list',
    async go(page) {
      await open(page, `/secrets?q=${WALK}`);
      await expect(page.locator('tbody tr')).toHaveCount(20);
    },
  },
  {
    what: 'the list in the middle, sorted and filtered',
    async go(page) {
      await open(page, `/secrets?q=${WALK}&size=10&sort=-display&type=git-dataset`);
      await page.getByRole('link', { name: 'Next', exact: true }).click();
      await expect(page).toHaveURL(/after=/);
      await expect(page.getByRole('link', { name: 'Previous', exact: true })).toBeVisible();
    },
  },
  {
    what: 'the list with long text',
    async go(page, secrets) {
      const end = unique('e');
      const secret = await secrets.image({ ...LONG, name: `${LONG.name}-${end}`.slice(-238), registry_host: `${'host-'.repeat(11)}x.example.org` });
      await open(page, `/secrets?q=${end}`);
      await expect(row(page, secret)).toBeVisible();
    },
  },
  {
    what: 'the search over everything',
    async go(page) {
      await open(page, `/search?q=${WALK}`);
      await expect(page.locator('#found').getByRole('link', { name: 'Show all' })).toBeVisible();
    },
  },
  {
    what: 'an empty search',
    async go(page) {
      await open(page, `/secrets?q=${unique('no-such-thing')}`);
      await expect(page.getByText('No secrets match.')).toBeVisible();
    },
  },
  {
    what: 'the list with a notice',
    async go(page) {
      await open(page, '/secrets/new');
      const name = unique('noticed-with-a-name-that-is-rather-long');
      await submit(page, { type: 'image-pull', name, registry_host: 'https://Registry.Example.org/', username: unique('u'), password: 'p' });
      await expectList(page);
      await expect(page.locator('.notices')).toContainText('Secret saved');
    },
  },
  {
    what: 'the list with all of a page selected',
    async go(page) {
      await open(page, `/secrets?q=${WALK}&select=all`);
      await expect(page.getByRole('button', { name: 'Export manifests' })).toBeVisible();
    },
  },
  {
    what: 'Delete, of several, one of them used',
    status: 422,
    async go(page, secrets) {
      const used = await secrets.image({ ...LONG, name: unique('x'.repeat(190)), registry_host: 'ghcr.io' });
      const other = await secrets.git({ ...LONG, name: unique('y'.repeat(190)) });
      const form = { name: unique('z'.repeat(190)), image: 'ghcr.io/a', pull_secret: used.id };
      await page.request.post('/images/new', { form, maxRedirects: 0 });
      await open(page, `/secrets/selected/delete?id=${used.id}&id=${other.id}`);
      await page.getByRole('button', { name: 'OK', exact: true }).click();
      await expect(page.locator('#confirmation-error')).toBeVisible();
    },
  },
  {
    what: 'the manifests of several, refused',
    status: 422,
    async go(page, secrets) {
      const image = await secrets.image({ ...LONG, name: unique('x'.repeat(190)) });
      const key = await secrets.git({ ...LONG, name: unique('y'.repeat(190)) });
      await open(page, `/secrets/selected/manifests?id=${image.id}&id=${key.id}`);
      await page.getByRole('button', { name: 'Export', exact: true }).click();
      await expect(page.locator('#token-error')).toBeVisible();
      await page.getByText('On the command line').click();
    },
  },
  {
    what: 'what the tests of several came to',
    async go(page, secrets) {
      const key = await secrets.git({ name: unique('y'.repeat(190)) });
      await open(page, `/secrets?q=${key.name.slice(-20)}`);
      await page.getByRole('checkbox', { name: `Select ${key.name}` }).check();
      await page.getByRole('button', { name: 'Test', exact: true }).click();
      await expectHeading(page, 'Test results');
    },
  },
  {
    what: 'Add, for a Git dataset',
    async go(page) {
      await open(page, '/secrets/new');
      await expect(field(page, 'Secret')).toBeVisible();
    },
  },
  {
    what: 'Add, for a registry',
    async go(page) {
      await open(page, '/secrets/new');
      await typeChoice(page, 'image-pull').check();
      await expect(field(page, 'Password')).toBeVisible();
    },
  },
  {
    what: 'Add, refused',
    status: 422,
    async go(page) {
      await open(page, '/secrets/new');
      await submit(page, { type: 'image-pull', name: `Bad_Name${'x'.repeat(80)}`, registry_host: 'ftp://x', username: 'a:b', password: '' });
      await expect(page.getByRole('heading', { name: 'Check these fields' })).toBeVisible();
    },
  },
  {
    what: 'Add, with a taken name',
    status: 422,
    async go(page, secrets) {
      const owner = await secrets.git();
      await open(page, '/secrets/new');
      await submit(page, { name: owner.name, secret: privateKey() });
      await expect(page.locator('#name-error')).toBeVisible();
    },
  },
  {
    what: 'Edit, of a Git dataset',
    async go(page, secrets) {
      await open(page, (await secrets.git(undefined)).edit);
      await expectHeading(page, 'Edit secret');
    },
  },
  {
    what: 'Add, asked for a passphrase',
    status: 422,
    async go(page) {
      await open(page, '/secrets/new');
      await submit(page, { name: unique('protected'), secret: sshKey('protected@here', 'correct horse').private });
      await expect(page.locator('#passphrase-error')).toBeVisible();
    },
  },
  {
    what: 'Add, of a key that is stored already',
    status: 409,
    async go(page, secrets) {
      const key = privateKey();
      await secrets.git({ ...LONG, name: unique('x'.repeat(190)), secret: key });
      await open(page, '/secrets/new');
      await submit(page, { name: unique('twin'), secret: key });
      await expect(page.getByLabel('Save anyway')).toBeVisible();
    },
  },
  {
    what: 'a key, with a new pair that waits',
    async go(page, secrets) {
      const secret = await secrets.git({ ...LONG, name: unique('x'.repeat(190)), secret: sshKey('a comment '.repeat(30)).private });
      await open(page, `/secrets/${secret.id}/key`);
      await page.getByRole('button', { name: 'Generate RSA 4096 (older servers)' }).click();
      await expect(page.getByRole('button', { name: 'Switch to the new key' })).toBeVisible();
      await page.getByText('GitHub', { exact: true }).click();
    },
  },
  {
    what: 'the question before a new key is used',
    async go(page, secrets) {
      const secret = await secrets.git({ ...LONG, name: unique('x'.repeat(190)), secret: sshKey('asked@here').private });
      await open(page, `/secrets/${secret.id}/key`);
      await page.getByRole('button', { name: 'Generate a new key pair' }).click();
      await page.getByRole('button', { name: 'Switch to the new key' }).click();
      await expectHeading(page, 'Switch to the new key');
    },
  },
  {
    what: 'the question before oneself is disabled',
    status: 409,
    async go(page) {
      await open(page, '/users/admin/disable');
      await expectHeading(page, 'Disable user');
    },
  },
  {
    what: 'the question before a user gets another role',
    async go(page) {
      const { name } = await addUser('editor');
      await open(page, `/users/${name}/role?role=reader`);
      await expectHeading(page, 'Change role');
    },
  },
  {
    what: 'the question before a user gets another role, without the password',
    status: 422,
    async go(page) {
      const { name } = await addUser('editor');
      await open(page, `/users/${name}/role?role=reader`);
      await page.getByRole('button', { name: 'Change role' }).click();
      await expect(page.locator('#current_password-error')).toBeVisible();
    },
  },
  {
    what: 'Edit, of a registry with long names',
    async go(page, secrets) {
      const secret = await secrets.image({ ...LONG, name: unique('x'.repeat(190)) });
      await open(page, secret.edit);
      await expectHeading(page, 'Edit secret');
    },
  },
  {
    what: 'Edit, changed in the meantime',
    status: 409,
    async go(page, secrets) {
      const secret = await secrets.image();
      await open(page, secret.edit);
      const form = { version: '1', display_name: 'x', registry_host: 'a.example', username: unique('u'), password: 'p' };
      await secrets.change(secret, form);
      await fill(page, { display_name: 'Mine' });
      await confirm(page).click();
      await expect(page.getByRole('button', { name: 'Overwrite' })).toBeVisible();
    },
  },
  {
    what: 'Delete, the page',
    async go(page, secrets) {
      await open(page, (await secrets.git({ ...LONG, name: unique('x'.repeat(190)) })).delete);
      await expectHeading(page, 'Delete Secret');
    },
  },
  {
    what: 'Delete, the dialog',
    hydratedOnly: true,
    async go(page, secrets) {
      const secret = await secrets.git({ ...LONG, name: unique('x'.repeat(190)) });
      await open(page, `/secrets?q=${secret.name.slice(-20)}`);
      await row(page, secret).getByRole('link', { name: /^Delete / }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
    },
  },
  {
    what: 'a page that is not there',
    status: 404,
    async go(page) {
      await open(page, '/nowhere');
      await expectHeading(page, 'Page not found');
    },
  },
  {
    what: 'a secret that is not there',
    status: 404,
    async go(page) {
      await open(page, '/secrets/image-nobody-has-this/edit');
      await expectHeading(page, 'Secret not found');
    },
  },
  {
    what: 'the page of an account, tested and with all examples open',
    async go(page, secrets) {
      const secret = await secrets.image({ ...LONG, name: unique('x'.repeat(190)), registry_host: '127.0.0.1:9' });
      for (let test = 0; test < 2; test += 1) await page.request.post(`${secret.page}/check`, { maxRedirects: 0 });
      await open(page, secret.page);
      await expectHeading(page, secret.displayName);
      for (const summary of await page.locator('main summary').all()) await summary.click();
      await expect(page.getByRole('heading', { name: 'History' })).toBeVisible();
    },
  },
  {
    what: 'the page of a key, with a new pair that waits',
    async go(page, secrets) {
      const secret = await secrets.git({ ...LONG, name: unique('x'.repeat(190)), secret: sshKey('a comment '.repeat(30)).private });
      await page.request.post(`${secret.page}/key/generate`, { form: { generate: 'ed25519' }, maxRedirects: 0 });
      await open(page, secret.page);
      await expect(page.getByText('A new key is waiting.')).toBeVisible();
    },
  },
  {
    what: 'the images, and one with a long name',
    async go(page, secrets) {
      const secret = await secrets.image({ ...LONG, name: unique('x'.repeat(190)), registry_host: 'ghcr.io' });
      const name = unique('y'.repeat(190));
      const form = { name, image: `quay.io/${'group-'.repeat(30)}x/app:1`, pull_secret: secret.id };
      await page.request.post('/images/new', { form, maxRedirects: 0 });
      await open(page, `/images?secret=${secret.id}`);
      await expect(row(page, { name })).toContainText('for another registry');
    },
  },
  { what: 'the datasets', go: async (page) => void (await open(page, '/datasets?q=no-such-thing')) },
  {
    what: 'Add, for an image in another registry',
    status: 422,
    async go(page, secrets) {
      const secret = await secrets.image({ ...LONG, name: unique('x'.repeat(190)), registry_host: 'ghcr.io' });
      await open(page, '/images/new');
      await field(page, 'Image').fill('quay.io/group/app');
      await field(page, 'Use Image Pull Secret').fill(secret.name);
      await confirm(page).click();
      await expect(page.getByText("It won't work.")).toBeVisible();
    },
  },
  {
    what: 'Add, for a dataset, refused',
    status: 422,
    async go(page) {
      await open(page, '/datasets/new');
      await field(page, 'Git URL').fill('https://u:p@host/a');
      await confirm(page).click();
      await expect(page.locator('#repository-error')).toBeVisible();
    },
  },
  {
    what: 'Edit, of an image in another registry',
    async go(page, secrets) {
      const secret = await secrets.image({ registry_host: 'ghcr.io' });
      const name = unique('app');
      await page.request.post('/images/new', { form: { name, image: 'quay.io/a', pull_secret: secret.id }, maxRedirects: 0 });
      await open(page, `/images/${name}/edit`);
      await expect(page.getByText("It won't work.")).toBeVisible();
    },
  },
  {
    what: 'Delete, of a secret that is used',
    status: 422,
    async go(page, secrets) {
      const secret = await secrets.image({ ...LONG, name: unique('x'.repeat(190)), registry_host: 'ghcr.io' });
      const form = { name: unique('y'.repeat(190)), image: 'ghcr.io/a', pull_secret: secret.id };
      await page.request.post('/images/new', { form, maxRedirects: 0 });
      await open(page, secret.delete);
      await page.getByRole('button', { name: 'OK', exact: true }).click();
      await expect(page.locator('#confirmation-error')).toBeVisible();
    },
  },
  {
    what: 'the deleted secrets',
    async go(page, secrets) {
      const secret = await secrets.git({ ...LONG, name: unique('x'.repeat(190)) });
      await secrets.remove(secret);
      await open(page, '/secrets/deleted');
      await expect(row(page, secret)).toBeVisible();
    },
  },
  {
    what: 'Remove for good',
    async go(page, secrets) {
      const secret = await secrets.git({ ...LONG, name: unique('x'.repeat(190)) });
      await secrets.remove(secret);
      await open(page, '/secrets/deleted');
      await row(page, secret).getByRole('link', { name: /^Remove / }).click();
      await expectHeading(page, 'Remove for good');
    },
  },
  { what: 'the account', go: async (page) => void (await open(page, '/account')) },
  { what: 'the tokens', go: async (page) => void (await open(page, '/tokens?of=everybody')) },
  { what: 'Add, for a token', go: async (page) => void (await open(page, '/tokens/new')) },
  {
    what: 'a token that was just made',
    async go(page) {
      await open(page, '/tokens/new');
      await field(page, 'Name').fill(unique('token'));
      await page.getByRole('button', { name: 'Create token' }).click();
      await expectHeading(page, 'Token created');
    },
  },
  { what: 'the users', go: async (page) => void (await open(page, '/users')) },
  { what: 'a user', go: async (page) => void (await open(page, '/users/admin')) },
  {
    what: 'Add, for a user, refused',
    status: 422,
    async go(page) {
      await open(page, '/users/new');
      await field(page, 'Username').fill('Not A Name');
      await page.getByRole('button', { name: 'Add user' }).click();
      await expect(page.locator('#username-error')).toBeVisible();
    },
  },
  {
    what: 'Add, for a registry that was chosen',
    async go(page) {
      await open(page, '/secrets/new');
      await typeChoice(page, 'image-pull').check();
      await field(page, 'Registry').selectOption('Docker Hub');
      await page.locator('.facts.docker-hub').getByText('Where do I get this?').click();
    },
  },
  ...IMPORT_PLACES,
  ...NOTICE_PLACES,
  { what: 'the guides', go: async (page) => void (await open(page, '/help')) },
  { what: 'a guide', go: async (page) => void (await open(page, '/help/github-deploy-key')) },
  { what: 'a guide with a part for each registry', go: async (page) => void (await open(page, '/help/registries')) },
  {
    what: 'the description of the API',
    async go(page) {
      await open(page, '/api/docs');
      for (const summary of (await page.getByText('Status codes', { exact: true }).all()).slice(0, 3)) await summary.click();
      await expect(page.locator('details[open]')).toHaveCount(3);
      // Nothing is under the bar, which stays in place.
      await page.evaluate(() => scrollTo(0, 0));
    },
  },
  {
    what: 'System',
    async go(page) {
      await open(page, '/system');
      await page.locator('.system summary').click();
    },
  },
  { what: 'the audit log', go: async (page) => void (await open(page, '/audit')) },
  { what: 'signing in', go: async (page) => void (await open(page, '/sign-in?next=%2Fsecrets')) },
];
