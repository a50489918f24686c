// Deleted secrets: kept, restored as they were, or removed for good.

import { expectAccessible } from '../support/accessibility.js';
import { expect, expectHeading, field, notice, open, ready, row, test } from '../support/fixtures.js';

test('a deleted secret is restored as it was', async ({ page, secrets }) => {
  const secret = await secrets.image({ display_name: 'Kept for a while', registry_host: 'ghcr.io' });
  await secrets.remove(secret);
  await open(page, '/secrets');
  await page.getByRole('link', { name: 'Recently deleted', exact: true }).click();
  await expectHeading(page, 'Deleted secrets');
  await expect(row(page, secret)).toContainText('Kept for a while');
  await expect(row(page, secret)).toContainText('by admin');
  await expectAccessible(page, 'the deleted secrets');
  await row(page, secret).getByRole('button', { name: `Restore ${secret.name}` }).click();
  await expect(notice(page)).toContainText(`Secret restored: ${secret.name}.`);
  await expect(notice(page).getByRole('link', { name: secret.name })).toHaveAttribute('href', secret.page);
  await expect(row(page, secret)).toHaveCount(0);
  await open(page, secret.edit);
  await expect(field(page, 'Display Name')).toHaveValue('Kept for a while');
  await expect(field(page, 'Registry Host')).toHaveValue('ghcr.io');
});

test('a deletion is undone from its notice', async ({ page, secrets }) => {
  const secret = await secrets.image({ display_name: 'Deleted by mistake' });
  await open(page, `${secret.delete}?list=q%3D${secret.name}`);
  await page.getByRole('button', { name: 'OK', exact: true }).click();
  await expect(page).toHaveURL(`/secrets?q=${secret.name}`);
  await expect(notice(page)).toContainText('Secret deleted: Deleted by mistake.');
  await expectAccessible(page, 'the notice of a deletion');
  await notice(page).getByRole('button', { name: 'Undo' }).click();
  await expect(notice(page)).toContainText(`Secret restored: ${secret.name}.`);
  await expect(page).toHaveURL(`/secrets?q=${secret.name}`);
  await expect(row(page, secret)).toContainText('Deleted by mistake');
});

test('a deleted secret whose name is taken says what to do', async ({ page, secrets, faults }) => {
  faults.allowStatus(422);
  const secret = await secrets.git();
  await secrets.remove(secret);
  await secrets.git({ name: secret.name });
  await open(page, '/secrets/deleted');
  const answered = page.waitForEvent('load');
  await row(page, secret).getByRole('button', { name: `Restore ${secret.name}` }).click();
  await answered;
  await ready(page);
  await expect(page.getByRole('alert')).toContainText('Delete that one first');
  await expect(page.getByRole('alert').getByRole('link', { name: secret.name })).toHaveAttribute('href', secret.page);
});

test('a deleted secret is removed for good, after confirmation', async ({ page, secrets }) => {
  const secret = await secrets.git();
  await secrets.remove(secret);
  await open(page, '/secrets/deleted');
  await row(page, secret).getByRole('link', { name: `Remove ${secret.name} for good` }).click();
  await expectHeading(page, 'Remove for good');
  await expect(page.getByText("Its value can't be recovered.")).toBeVisible();
  await page.getByRole('link', { name: 'Cancel' }).click();
  await expect(row(page, secret)).toBeVisible();
  await row(page, secret).getByRole('link', { name: `Remove ${secret.name} for good` }).click();
  await page.getByRole('button', { name: 'Remove for good' }).click();
  await expect(notice(page)).toContainText('Secret removed for good.');
  await expect(row(page, secret)).toHaveCount(0);
});
