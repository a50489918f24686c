// A save that was refused is seen, wherever on the page the button was pressed.

import type { Page } from '@playwright/test';
import { confirm, expect, open, test, unique } from '../support/fixtures.js';
import { fill } from '../support/form.js';
import { sshKey } from '../support/ssh.js';

const alert = (page: Page, title: string) =>
  page.getByRole('alert').filter({ has: page.getByRole('heading', { name: title }) });

/** Presses Confirm as somebody does who has scrolled down to it with the wheel. */
async function press(page: Page, hydrated: boolean): Promise<void> {
  await page.setViewportSize({ width: 1280, height: 500 });
  await page.mouse.move(640, 250);
  await page.mouse.wheel(0, 10_000);
  await confirm(page).scrollIntoViewIfNeeded();
  const answered = hydrated ? undefined : page.waitForEvent('load');
  await confirm(page).click();
  await answered;
}

/** The alert is in the window, has the focus where a script can give it, and the reason stands beside the button. */
async function expectSeen(page: Page, hydrated: boolean, title: string, line: RegExp): Promise<void> {
  await expect(alert(page, title)).toBeVisible();
  await expect(alert(page, title).getByRole('heading')).toBeInViewport();
  if (hydrated) await expect(page.locator('#refusal')).toBeFocused();
  await expect(page.locator('.actions .not-saved')).toHaveText(line);
}

test('changed in the meantime', async ({ page, hydrated, secrets, faults }) => {
  faults.allowStatus(409);
  const secret = await secrets.image();
  await open(page, secret.edit);
  await secrets.change(secret, { version: '1', display_name: 'Theirs', registry_host: 'theirs.example', username: unique('u'), password: 'p' });
  await fill(page, { display_name: 'Mine' });
  await press(page, hydrated);
  await expectSeen(page, hydrated, 'This secret was changed in the meantime', /^Somebody else changed this secret in the meantime\.$/);
});

test('stored already', async ({ page, hydrated, secrets, faults }) => {
  faults.allowStatus(409);
  const key = sshKey('twin@here');
  const one = await secrets.git({ secret: key.private });
  await open(page, '/secrets/new');
  await fill(page, { name: unique('twin'), secret: key.private });
  await press(page, hydrated);
  await expectSeen(page, hydrated, 'This is stored already', new RegExp(`^The secret ${one.name} holds the same\\.$`));
});

test('the session has ended', async ({ page, hydrated, secrets, context, faults }) => {
  test.skip(!hydrated, 'without JavaScript one signs in first, and finds the form again');
  faults.allowStatus(401);
  const secret = await secrets.image();
  await open(page, secret.edit);
  await fill(page, { display_name: 'Mine' });
  await context.clearCookies();
  await press(page, hydrated);
  await expectSeen(page, hydrated, 'Not saved', /^Your session had ended, so nothing was saved\.$/);
});

test('the portal cannot be reached', async ({ page, hydrated, secrets, faults }) => {
  test.skip(!hydrated, 'without JavaScript the browser says so');
  faults.allow(/request failed|Failed to load resource/);
  const secret = await secrets.image();
  await open(page, secret.edit);
  await fill(page, { display_name: 'Mine' });
  await page.route('**/api/ui/update_secret*', (route) => route.abort('connectionrefused'));
  await press(page, hydrated);
  await expectSeen(page, hydrated, 'Not saved', /^The portal did not answer\.$/);
});

test('the database is away', async ({ page, hydrated, secrets, faults }) => {
  test.skip(!hydrated, 'without JavaScript the page that answers is its own');
  faults.allowStatus(503);
  const secret = await secrets.image();
  await open(page, secret.edit);
  await fill(page, { display_name: 'Mine' });
  await page.route('**/api/ui/update_secret*', (route) =>
    route.fulfill({ status: 503, contentType: 'application/json', body: JSON.stringify({ Refused: 'Unavailable' }) }),
  );
  await press(page, hydrated);
  await expect(page.getByRole('alert').getByRole('heading', { name: 'Not saved' })).toBeInViewport();
  await expect(page.locator('#refusal')).toBeFocused();
  await expect(page.locator('.actions .not-saved')).toHaveText('The database does not answer at the moment.');
});

test('a field is wrong: it has the focus, and the reason stands beside the button', async ({ page, hydrated, faults }) => {
  faults.allowStatus(422);
  await open(page, '/secrets/new');
  await fill(page, { name: 'Bad Name', secret: sshKey('wrong@here').private });
  await press(page, hydrated);
  await expect(page.locator('#name')).toBeFocused();
  await expect(page.locator('#name')).toBeInViewport();
  await expect(page.locator('.actions .not-saved')).toHaveText('Some fields need another look.');
});

test('an image that was changed in the meantime', async ({ page, secrets, faults }) => {
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
  await expect(alert(page, 'This was changed in the meantime').getByRole('heading')).toBeInViewport();
  await expect(page.locator('.actions .not-saved')).toHaveText('It was changed in the meantime.');
});
