// Leaving a form with changes asks first.

import type { Page } from '@playwright/test';
import { confirm, expect, expectHeading, expectList, field, open, test, unique } from '../support/fixtures.js';
import { fill } from '../support/form.js';
import { privateKey } from '../support/keys.js';

test.beforeEach(({ hydrated }) => test.skip(!hydrated, 'without JavaScript nothing can ask'));

/** Answers every question in the same way, and returns the questions. */
function answer(page: Page, how: 'accept' | 'dismiss'): string[] {
  const asked: string[] = [];
  page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    void dialog[how]();
  });
  return asked;
}

test('leaving by a link and answering no keeps everything', async ({ page }) => {
  const asked = answer(page, 'dismiss');
  await open(page, '/secrets/new');
  await fill(page, { name: 'half-done' });
  for (const link of [page.getByRole('link', { name: 'Cancel', exact: true }), page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Secrets' })]) {
    await link.click();
    await expectHeading(page, 'Add secret');
    await expect(field(page, 'Name')).toHaveValue('half-done');
  }
  expect(asked).toEqual(['beforeunload', 'beforeunload']);
});

test('leaving by a link and answering yes leaves', async ({ page }) => {
  const asked = answer(page, 'accept');
  await open(page, '/secrets/new');
  await fill(page, { name: 'half-done' });
  await page.getByRole('link', { name: 'Cancel', exact: true }).click();
  await expectList(page);
  expect(asked).toEqual(['beforeunload']);
});

test('going back and answering no keeps everything, and can be asked again', async ({ page }) => {
  const asked = answer(page, 'dismiss');
  await open(page, '/secrets');
  await page.getByRole('link', { name: 'Add', exact: true }).click();
  await expectHeading(page, 'Add secret');
  await fill(page, { name: 'half-done' });
  for (let time = 1; time <= 2; time += 1) {
    await page.evaluate(() => history.back());
    await expect.poll(() => asked.length).toBe(time);
    await expect(page).toHaveURL(/\/secrets\/new$/);
    await expectHeading(page, 'Add secret');
    await expect(field(page, 'Name')).toHaveValue('half-done');
  }
});

test('going back and answering yes leaves', async ({ page }) => {
  const asked = answer(page, 'accept');
  await open(page, '/secrets');
  await page.getByRole('link', { name: 'Add', exact: true }).click();
  await expectHeading(page, 'Add secret');
  await fill(page, { name: 'half-done' });
  await page.evaluate(() => history.back());
  await expectList(page);
  expect(asked).toEqual(['beforeunload']);
});

test('closing or reloading the page asks first', async ({ page }) => {
  const asked = answer(page, 'dismiss');
  await open(page, '/secrets/new');
  await field(page, 'Name').pressSequentially('half-done');
  await page.evaluate(() => location.reload());
  await expect.poll(() => asked).toEqual(['beforeunload']);
  await expect(field(page, 'Name')).toHaveValue('half-done');
  await page.close({ runBeforeUnload: true });
  await expect.poll(() => asked.length).toBe(2);
});

test('leaving Edit asks first', async ({ page, secrets }) => {
  const asked = answer(page, 'dismiss');
  const secret = await secrets.image({ display_name: 'Before' });
  await open(page, secret.edit);
  await fill(page, { username: 'other' });
  await page.getByRole('link', { name: 'Cancel', exact: true }).click();
  expect(asked).toEqual(['beforeunload']);
  await expect(field(page, 'Username')).toHaveValue('other');
});

test('leaving an image with changes asks first', async ({ page }) => {
  const asked = answer(page, 'dismiss');
  await open(page, '/images/new');
  await field(page, 'Name').fill('half-done');
  await page.getByRole('link', { name: 'Cancel', exact: true }).click();
  expect(asked).toEqual(['beforeunload']);
  await expect(field(page, 'Name')).toHaveValue('half-done');
});

test('a value alone counts as a change, and so does the type', async ({ page, secrets }) => {
  const asked = answer(page, 'dismiss');
  const secret = await secrets.git();
  await open(page, secret.edit);
  await fill(page, { secret: privateKey() });
  await page.getByRole('link', { name: 'Cancel', exact: true }).click();
  expect(asked).toEqual(['beforeunload']);
  await fill(page, { secret: '' });
  await page.getByRole('link', { name: 'Cancel', exact: true }).click();
  await expectList(page);
  await page.getByRole('link', { name: 'Add', exact: true }).click();
  await expectHeading(page, 'Add secret');
  await fill(page, { type: 'image-pull' });
  await page.getByRole('link', { name: 'Cancel', exact: true }).click();
  expect(asked).toEqual(['beforeunload', 'beforeunload']);
});

test('leaving asks nothing without changes, nor after saving', async ({ page, secrets }) => {
  const asked = answer(page, 'accept');
  const [key, account] = [await secrets.git(), await secrets.image()];
  for (const address of ['/secrets/new', key.edit, account.edit]) {
    await open(page, address);
    await page.getByRole('link', { name: 'Cancel', exact: true }).click();
    await expectList(page);
    expect(asked, address).toEqual([]);
  }
  await open(page, '/secrets/new');
  await fill(page, { name: unique('saved'), secret: privateKey() });
  await confirm(page).click();
  await expectList(page);
  await page.reload();
  await expectList(page);
  await page.getByRole('link', { name: 'Add', exact: true }).click();
  await expectHeading(page, 'Add secret');
  expect(asked).toEqual([]);
});

test('a link inside the page or to a new tab asks nothing', async ({ page, context }) => {
  const asked = answer(page, 'accept');
  await open(page, '/secrets/new');
  await fill(page, { display_name: 'typed' });
  await confirm(page).click();
  await page.getByRole('alert').getByRole('link').first().click();
  await expectHeading(page, 'Add secret');
  const [tab] = await Promise.all([
    context.waitForEvent('page'),
    page.getByRole('link', { name: 'Cancel', exact: true }).click({ modifiers: ['Control'] }),
  ]);
  await expectHeading(tab, 'Secrets');
  expect(asked).toEqual([]);
});
