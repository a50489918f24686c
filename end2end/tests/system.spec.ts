// The page System: checks with what to do, the slow ones on request, and where each setting came from.

import { expectAccessible, expectNoSidewaysScroll } from '../support/accessibility.js';
import { expect, expectHeading, notice, open, test } from '../support/fixtures.js';
import { OwnPortal } from '../support/own-portal.js';

test('an administrator sees what is well and what needs a look, and confirms the backup of the key', async ({ page, context }) => {
  const portal = await OwnPortal.start();
  try {
    await portal.signIn(context);
    await open(page, `${portal.address}/`);
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'System' }).click();
    await expectHeading(page, 'System');
    await expect(page.locator('#schema')).toContainText('OK');
    await expect(page.locator('#private-postgres')).toContainText('PostgreSQL');
    await expect(page.locator('#last-backup')).toContainText('The database has never been backed up.');
    const backup = page.locator('#key-backup');
    await expect(backup).toContainText('Look at this');
    await page.getByRole('status').getByRole('link', { name: 'Backup of the key' }).click();
    await expect(page).toHaveURL(/#key-backup$/);
    await backup.getByRole('button', { name: 'I have backed it up' }).click();
    await expectHeading(page, 'System');
    await expect(notice(page)).toBeVisible();
    await expect(backup).toContainText('admin confirmed a backup on');
    await expect(page.getByRole('status').getByRole('link', { name: 'Backup of the key' })).toHaveCount(0);
    await expectAccessible(page, 'System');
    await expectNoSidewaysScroll(page, 'System');
  } finally {
    await portal.stop();
  }
});

test('slow checks are made on request, and settings say where they come from', async ({ page }) => {
  await open(page, '/system');
  await page.getByRole('button', { name: 'Check now' }).click();
  await expectHeading(page, 'System');
  await expect(page.locator('#reachability')).toContainText('No public address is set.');
  await page.getByText('All others have their defaults.').click();
  const row = page.getByRole('row').filter({ hasText: 'LATCHKEY_DATA_DIR' });
  await expect(row).toContainText('Environment');
  await expect(page.getByRole('row').filter({ hasText: 'LATCHKEY_ADMIN_PASSWORD' }).first()).toContainText(/Environment\s*set/);
});
