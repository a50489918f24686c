// A rejected form is noticed, wherever on the page the button was pressed.

import type { Page } from '@playwright/test';
import { ADMIN } from '../server.mjs';
import { confirm, expect, field, open, test, unique, type Secrets } from '../support/fixtures.js';
import { fill } from '../support/form.js';
import { beginImport, dockerConfig } from '../support/imports.js';
import { addUser } from '../support/people.js';
import { sshKey } from '../support/ssh.js';

const alert = (page: Page, title: string) =>
  page.getByRole('alert').filter({ has: page.getByRole('heading', { name: title }) });

/** Presses Confirm like somebody who has scrolled down to it with the wheel. */
async function press(page: Page, hydrated: boolean): Promise<void> {
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.mouse.move(640, 250);
  await page.mouse.wheel(0, 10_000);
  await confirm(page).scrollIntoViewIfNeeded();
  const answered = hydrated ? undefined : page.waitForEvent('load');
  await confirm(page).click();
  await answered;
}

/** Expects the alert in the window, focused if a script can do that, and the reason beside the button. */
async function expectSeen(page: Page, hydrated: boolean, title: string, line: RegExp): Promise<void> {
  await expect(alert(page, title)).toBeVisible();
  await expect(alert(page, title).getByRole('heading')).toBeInViewport();
  // All of it, and not only its lower edge.
  const box = await alert(page, title).boundingBox();
  const height = page.viewportSize()?.height ?? 0;
  expect(box?.y).toBeGreaterThanOrEqual(0);
  expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(height);
  if (hydrated) await expect(page.locator('#refusal')).toBeFocused();
  await expect(page.locator('.actions .not-saved')).toHaveText(line);
}

test('a conflict is shown beside the button', async ({ page, hydrated, secrets, faults }) => {
  faults.allowStatus(409);
  const secret = await secrets.image();
  await open(page, secret.edit);
  await secrets.change(secret, { version: '1', display_name: 'Theirs', registry_host: 'theirs.example', username: unique('u'), password: 'p' });
  await fill(page, { display_name: 'Mine' });
  await press(page, hydrated);
  await expectSeen(page, hydrated, 'You changed this secret in another window', /^You changed this secret in another window$/);
});

test('a duplicate is shown beside the button', async ({ page, hydrated, secrets, faults }) => {
  faults.allowStatus(409);
  const key = sshKey('twin@here');
  const one = await secrets.git({ secret: key.private });
  await open(page, '/secrets/new');
  await fill(page, { name: unique('twin'), secret: key.private });
  await press(page, hydrated);
  await expectSeen(page, hydrated, 'Duplicate key', new RegExp(`^The secret ${one.name} holds the same\\.$`));
});

test('an ended session is shown beside the button', async ({ page, hydrated, secrets, context, faults }) => {
  test.skip(!hydrated, 'without JavaScript one signs in first, and finds the form again');
  faults.allowStatus(401);
  const secret = await secrets.image();
  await open(page, secret.edit);
  await fill(page, { display_name: 'Mine' });
  await context.clearCookies();
  await press(page, hydrated);
  await expectSeen(page, hydrated, 'Not saved', /^Your session had ended, so nothing was saved\.$/);
});

test('an unreachable portal is shown beside the button', async ({ page, hydrated, secrets, faults }) => {
  test.skip(!hydrated, 'without JavaScript the browser says so');
  faults.allow(/request failed|Failed to load resource/);
  const secret = await secrets.image();
  await open(page, secret.edit);
  await fill(page, { display_name: 'Mine' });
  await page.route('**/api/ui/update_secret*', (route) => route.abort('connectionrefused'));
  await press(page, hydrated);
  await expectSeen(page, hydrated, 'Not saved', /^The portal didn't respond, so the change may or may not be saved\.$/);
});

test('an unavailable database is shown beside the button', async ({ page, hydrated, secrets, faults }) => {
  test.skip(!hydrated, 'without JavaScript the page that answers is its own');
  faults.allowStatus(503);
  const secret = await secrets.image();
  await open(page, secret.edit);
  await fill(page, { display_name: 'Mine' });
  await page.route('**/api/ui/update_secret*', (route) =>
    route.fulfill({ status: 503, contentType: 'application/json', body: JSON.stringify({ Refused: ['Unavailable', ['The database does not answer at the moment. Nothing was changed.']] }) }),
  );
  await press(page, hydrated);
  await expect(page.getByRole('alert').getByRole('heading', { name: 'Not saved' })).toBeInViewport();
  await expect(page.locator('#refusal')).toBeFocused();
  await expect(page.locator('.actions .not-saved')).toHaveText('The database does not answer at the moment.');
});

test('a role that does not allow it is shown beside the button', async ({ page, hydrated, secrets, faults }) => {
  test.skip(!hydrated, 'without JavaScript the page that answers is its own');
  faults.allowStatus(403);
  const secret = await secrets.image();
  await open(page, secret.edit);
  await fill(page, { display_name: 'Mine' });
  await page.route('**/api/ui/update_secret*', (route) =>
    route.fulfill({ status: 403, contentType: 'application/json', body: JSON.stringify({ Refused: ['Forbidden', ['Your role does not allow this. Nothing was changed.']] }) }),
  );
  await press(page, hydrated);
  await expectSeen(page, hydrated, 'Not saved', /^Your role does not allow this\.$/);
});

test('an invalid field has the focus, and the reason is beside the button', async ({ page, hydrated, faults }) => {
  faults.allowStatus(422);
  await open(page, '/secrets/new');
  await fill(page, { name: 'Bad Name', secret: sshKey('wrong@here').private });
  await press(page, hydrated);
  await expect(page.locator('#name')).toBeFocused();
  await expect(page.locator('#name')).toBeInViewport();
  await expect(page.locator('.actions .not-saved')).toHaveText('Some fields need another look.');
});

test('a conflict of an image is shown beside the button', async ({ page, secrets, faults }) => {
  faults.allowStatus(409);
  const secret = await secrets.image({ registry_host: 'ghcr.io' });
  const name = unique('app');
  await page.request.post('/images/new', { form: { name, image: 'ghcr.io/a', pull_secret: secret.id }, maxRedirects: 0 });
  await open(page, `/images/${name}/edit`);
  await page.request.post(`/images/${name}/edit`, { form: { version: '1', image: 'ghcr.io/b', pull_secret: secret.id }, maxRedirects: 0 });
  await page.setViewportSize({ width: 1280, height: 500 });
  await confirm(page).scrollIntoViewIfNeeded();
  const answered = page.waitForEvent('load');
  await confirm(page).click();
  await answered;
  await expect(alert(page, 'You changed this image in another window').getByRole('heading')).toBeInViewport();
  await expect(page.locator('.actions .not-saved')).toHaveText('You changed this image in another window');
});

/** The other forms: the steps until one is rejected, and the line beside the button that was pressed. */
const FORMS: { what: string; status: number; line: RegExp; go: (page: Page, secrets: Secrets) => Promise<void> }[] = [
  {
    what: 'a token without a name',
    status: 422,
    line: /^Some fields need another look\.$/,
    async go(page) {
      await open(page, '/tokens/new');
      await page.getByRole('button', { name: 'Create token' }).click();
    },
  },
  {
    what: 'a user without a name',
    status: 422,
    line: /^Some fields need another look\.$/,
    async go(page) {
      await open(page, '/users/new');
      await page.getByRole('button', { name: 'Add user' }).click();
    },
  },
  {
    what: 'another password, without the current one',
    status: 422,
    line: /^Some fields need another look\.$/,
    async go(page) {
      await open(page, '/account');
      await field(page, 'New password').fill('tiefer Brunnen im Hof');
      await field(page, 'Repeat password').fill('tiefer Brunnen im Hof');
      await page.getByRole('button', { name: 'Change password' }).click();
    },
  },
  {
    what: 'a first password that is too short',
    status: 422,
    line: /^Some fields need another look\.$/,
    async go(page) {
      await open(page, (await addUser('reader')).link);
      await page.getByRole('button', { name: 'Save password' }).click();
    },
  },
  {
    what: 'a secret that is used, without its name',
    status: 422,
    line: /\w/,
    async go(page, secrets) {
      const secret = await secrets.image({ registry_host: 'ghcr.io' });
      const form = { name: unique('app'), image: 'ghcr.io/a', pull_secret: secret.id };
      await page.request.post('/images/new', { form, maxRedirects: 0 });
      await open(page, secret.delete);
      await page.getByRole('button', { name: 'OK', exact: true }).click();
    },
  },
  {
    what: 'several secrets of which one is used, without the words',
    status: 422,
    line: /\w/,
    async go(page, secrets) {
      const [used, other] = [await secrets.image({ registry_host: 'ghcr.io' }), await secrets.git()];
      const form = { name: unique('app'), image: 'ghcr.io/a', pull_secret: used.id };
      await page.request.post('/images/new', { form, maxRedirects: 0 });
      await open(page, `/secrets/selected/delete?id=${used.id}&id=${other.id}`);
      await page.getByRole('button', { name: 'OK', exact: true }).click();
    },
  },
  {
    what: 'manifests without a token',
    status: 422,
    line: /^Paste an API token with the scope/,
    async go(page, secrets) {
      await open(page, `/secrets/selected/manifests?id=${(await secrets.git()).id}`);
      await field(page, 'Current password').fill(ADMIN.password);
      await page.getByRole('button', { name: 'Export', exact: true }).click();
    },
  },
  {
    what: 'an import of a bad name',
    status: 422,
    line: /^Some rows need another look\.$/,
    async go(page) {
      await beginImport(page, dockerConfig({ 'ghcr.io': `${unique('robot')}:p` }));
      await page.locator('#name-1').fill('Not A Name');
      await page.getByRole('button', { name: 'Import selected' }).click();
    },
  },
  {
    what: 'an image without a name',
    status: 422,
    line: /^Some fields need another look\.$/,
    async go(page) {
      await open(page, '/images/new');
      await confirm(page).click();
    },
  },
];

for (const { what, status, line, go } of FORMS) {
  test(`the reason is beside the button: ${what}`, async ({ page, secrets, faults }) => {
    faults.allowStatus(status);
    await go(page, secrets);
    await expect(page.getByRole('alert')).toBeVisible();
    await expect(page.locator('.actions .not-saved')).toHaveText(line);
  });
}

test('the result of a test scrolls into view', async ({ page, hydrated, secrets }) => {
  const secret = await secrets.image({ registry_host: '127.0.0.1:1' });
  await page.setViewportSize({ width: 1280, height: 500 });
  await open(page, secret.edit);
  const button = page.getByRole('button', { name: 'Test connection', exact: true });
  // As low in the window as possible.
  await button.evaluate((element) => {
    document.documentElement.style.scrollPadding = '0';
    element.scrollIntoView({ block: 'end' });
  });
  await button.click();
  await expect(page.locator('.check-result')).toContainText('Unreachable');
  if (hydrated) await expect(page.locator('.check-result')).toBeInViewport({ ratio: 0.9 });
});

test('the reason why a file was not imported scrolls into view', async ({ page, hydrated, faults }) => {
  faults.allowStatus(422);
  await page.setViewportSize({ width: 1280, height: 500 });
  await open(page, '/secrets/import');
  await field(page, 'Or paste its text').fill('nothing that could be imported');
  const button = page.getByRole('button', { name: 'Continue' });
  await button.evaluate((element) => {
    document.documentElement.style.scrollPadding = '0';
    element.scrollIntoView({ block: 'end' });
  });
  await button.click();
  await expect(page.getByRole('alert')).toBeInViewport({ ratio: 0.9 });
  if (!hydrated) await expect(page.locator('.actions .not-saved')).toHaveText(/\w/);
});
