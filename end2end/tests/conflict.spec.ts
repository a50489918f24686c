// Two people edit the same secret at once; the second is shown the conflict.

import type { Page } from '@playwright/test';
import { confirm, expect, expectHeading, expectList, field, open, row, test, unique } from '../support/fixtures.js';
import { fill, submit } from '../support/form.js';
import type { Stored } from '../support/fixtures.js';
import { become } from '../support/people.js';
import { NOBODY } from '../support/session.js';

/** A host of this worker alone, because two secrets with one account would be reported as duplicates. */
const MINE = `${unique('mine')}.example`;

test.beforeEach(({ faults, page }) => {
  faults.allowStatus(409);
  page.on('dialog', (dialog) => void dialog.accept());
});

const conflict = (page: Page) =>
  page.getByRole('alert').filter({ has: page.getByRole('heading', { name: 'You changed this secret in another window' }) });

test.describe('the second to save', () => {
  let secret: Stored;

  test.beforeEach(async ({ page, browser, hydrated, faults, secrets }) => {
    secret = await secrets.image({ display_name: 'At first', username: 'first', registry_host: `${unique('at')}.example` });
    await open(page, secret.edit);
    const elsewhere = await browser.newContext({ javaScriptEnabled: hydrated });
    await faults.watch(elsewhere);
    const theirs = await elsewhere.newPage();
    await open(theirs, secret.edit);
    await submit(theirs, { display_name: 'Theirs', username: 'theirs' });
    await expectList(theirs);
    await elsewhere.close();
    await submit(page, { display_name: 'Mine', registry_host: MINE, password: 'My-Password' });
    await expect(conflict(page)).toBeVisible();
  });

  test('shows who changed it and when, and keeps what was typed', async ({ page, hydrated }) => {
    await expect(conflict(page)).toContainText(/You changed the display name and the username (just now|\d+ \w+ ago)\./);
    await expect(conflict(page).locator('time')).toHaveText(/^(just now|\d+ \w+ ago)$/);
    await expect(conflict(page).locator('time')).toHaveAttribute('title', /UTC$/);
    await expect(field(page, 'Display Name')).toHaveValue('Mine');
    await expect(field(page, 'Registry Host')).toHaveValue(MINE);
    await expect(field(page, 'Username')).toHaveValue('first');
    await expect(field(page, 'Password')).toHaveValue(hydrated ? 'My-Password' : '');
    if (!hydrated) await expect(conflict(page)).toContainText('Enter it again.');
  });

  test('sees that the first change was not overwritten', async ({ page }) => {
    await open(page, `/secrets?q=${secret.name}`);
    await expect(row(page, secret)).toContainText('Theirs');
  });

  test('may reload and see what is stored', async ({ page }) => {
    await conflict(page).getByRole('link', { name: 'Reload' }).click();
    await expect(field(page, 'Display Name')).toHaveValue('Theirs');
    await expect(field(page, 'Username')).toHaveValue('theirs');
    await expectHeading(page, 'Edit secret');
    await expect(conflict(page)).toHaveCount(0);
    await open(page, secret.edit);
    await submit(page, { display_name: 'Agreed' });
    await expectList(page);
    await expect(row(page, secret)).toContainText('Agreed');
  });

  test('may overwrite on request', async ({ page, hydrated }) => {
    // Another host requires the password, which does not come back without JavaScript.
    if (!hydrated) await field(page, 'Password').fill('My-Password');
    await conflict(page).getByRole('button', { name: 'Overwrite' }).click();
    await expectList(page);
    await expect(row(page, secret)).toContainText('Mine');
    await open(page, secret.edit);
    await expect(field(page, 'Registry Host')).toHaveValue(MINE);
    await expect(field(page, 'Username')).toHaveValue('first');
  });

  test('shows the conflict again when Confirm is pressed once more', async ({ page }) => {
    await confirm(page).click();
    await expect(conflict(page)).toBeVisible();
    await expect(field(page, 'Display Name')).toHaveValue('Mine');
  });

  test('shows the conflict again when a third one was quicker than the overwriting', async ({ page, browser, hydrated, faults }) => {
    const elsewhere = await browser.newContext({ javaScriptEnabled: hydrated });
    await faults.watch(elsewhere);
    const third = await elsewhere.newPage();
    await open(third, secret.edit);
    await submit(third, { display_name: 'Third' });
    await expectList(third);
    await elsewhere.close();
    await conflict(page).getByRole('button', { name: 'Overwrite' }).click();
    await expect(conflict(page)).toBeVisible();
    await open(page, `/secrets?q=${secret.name}`);
    await expect(row(page, secret)).toContainText('Third');
  });
});

test('a rejected form still belongs to the version it was opened with', async ({ page, secrets, faults }) => {
  faults.allowStatus(422);
  const secret = await secrets.image();
  await open(page, secret.edit);
  await secrets.change(secret, { version: '1', display_name: 'Theirs', registry_host: 'theirs.example', username: 'u', password: 'p' });
  await submit(page, { display_name: 'Mine', registry_host: 'ftp://nope' });
  await expect(page.locator('#registry_host-error')).toBeVisible();
  await submit(page, { registry_host: MINE, password: 'p' });
  await expect(conflict(page)).toBeVisible();
});

test('saving a secret that was deleted in the meantime says so', async ({ page, secrets, faults, hydrated }) => {
  faults.allowStatus(404);
  const secret = await secrets.git();
  await open(page, secret.edit);
  await secrets.remove(secret);
  await fill(page, { display_name: 'Too late' });
  await confirm(page).click();
  if (hydrated) {
    await expect(page.getByRole('alert').getByText('This secret does not exist. It may have been deleted.', { exact: true })).toBeVisible();
    await expect(page.locator('.not-saved')).toHaveText('This secret does not exist.');
    await expect(field(page, 'Display Name')).toHaveValue('Too late');
  } else {
    await expect(page.getByText(/does not exist|may have been deleted/i)).toBeVisible();
  }
});

test('a change of somebody else has their name', async ({ page, browser, secrets, faults, hydrated }) => {
  const secret = await secrets.image();
  await open(page, secret.edit);
  const elsewhere = await browser.newContext({ javaScriptEnabled: hydrated, storageState: NOBODY });
  await faults.watch(elsewhere);
  const theirs = await elsewhere.newPage();
  const name = await become(theirs, 'editor');
  await open(theirs, secret.edit);
  await submit(theirs, { display_name: 'Theirs', password: 'another one' });
  await expectList(theirs);
  await elsewhere.close();
  await submit(page, { display_name: 'Mine' });
  const alert = page.getByRole('alert');
  await expect(alert.getByRole('heading')).toHaveText('Someone else changed this secret');
  await expect(alert).toContainText(new RegExp(`${name} changed the display name and the password (just now|\\d+ \\w+ ago)\\.`));
});
