// The versions of a secret's value: listed with their facts, rolled back to, and destroyed.

import { expectAccessible } from '../support/accessibility.js';
import { expect, expectHeading, notice, open, test } from '../support/fixtures.js';

test('an earlier version is rolled back to without being shown', async ({ page, secrets }) => {
  const account = { registry_host: 'registry.example.org:5000', username: 'robot' };
  const secret = await secrets.image({ ...account, password: 'PLANTED-first-41' });
  await secrets.change(secret, { ...account, version: '1', password: 'PLANTED-second-42' });
  await open(page, secret.page);
  const versions = page.getByRole('region', { name: 'Versions' });
  await expect(versions.getByRole('row')).toHaveCount(3);
  await expect(versions).toContainText('New value entered');
  await expectAccessible(page, 'the versions of a secret');
  await versions.getByRole('link', { name: 'Roll back to version 1' }).click();
  await expectHeading(page, 'Roll back to version 1');
  await expectAccessible(page, 'the question before a rollback');
  await page.getByRole('link', { name: 'Cancel' }).click();
  await expect(page).toHaveURL(secret.page);
  await versions.getByRole('link', { name: 'Roll back to version 1' }).click();
  await page.getByLabel('Test the connection').selectOption('no');
  await page.getByRole('button', { name: 'Roll back', exact: true }).click();
  await expect(page).toHaveURL(secret.page);
  await expect(notice(page)).toContainText('Rolled back');
  await expect(versions).toContainText('Rolled back to version 1');
  await expect(page.getByRole('region', { name: 'History' })).toContainText('from version 1, to version 3');
  expect(await page.content()).not.toContain('PLANTED');
});

test('a rollback brings the account of its value back', async ({ page, secrets }) => {
  const first = { registry_host: 'one.example.org', username: 'first' };
  const secret = await secrets.image({ ...first, password: 'correct horse' });
  await secrets.change(secret, { registry_host: 'two.example.org', username: 'second', version: '1', password: 'battery' });
  await open(page, `/secrets/${secret.id}/rollback?from=secret&version=1`);
  await expect(page.getByText('it becomes first at one.example.org again')).toBeVisible();
  await page.getByLabel('Test the connection').selectOption('no');
  await page.getByRole('button', { name: 'Roll back', exact: true }).click();
  await expect(page.getByRole('region', { name: 'Details' })).toContainText('one.example.org');
});

test('a destroyed version keeps its facts and cannot be rolled back to', async ({ page, secrets }) => {
  const account = { registry_host: 'registry.example.org:5000', username: 'robot' };
  const secret = await secrets.image({ ...account, password: 'correct horse' });
  await secrets.change(secret, { ...account, version: '1', password: 'battery staple' });
  await open(page, secret.page);
  const versions = page.getByRole('region', { name: 'Versions' });
  await versions.getByRole('link', { name: 'Destroy version 1' }).click();
  await expectHeading(page, 'Destroy version 1');
  await expect(page.getByText("can't be restored")).toBeVisible();
  await expectAccessible(page, 'the question before a version is destroyed');
  await page.getByRole('button', { name: 'Destroy', exact: true }).click();
  await expect(notice(page)).toContainText('destroyed');
  await expect(versions).toContainText('Destroyed');
  await expect(versions.getByRole('link', { name: 'Roll back to version 1' })).toHaveCount(0);
});
