// The Overview: numbers that lead to lists, plots with tables, and the steps of setting up on a portal of its own.

import type { Page } from '@playwright/test';
import { expectAccessible, expectNoSidewaysScroll } from '../support/accessibility.js';
import { expect, expectHeading, expectList, expectOverview, notice, open, row, test, unique } from '../support/fixtures.js';
import { submit } from '../support/form.js';
import { OwnPortal } from '../support/own-portal.js';
import { sshKey } from '../support/ssh.js';
import { become } from '../support/people.js';

/** Returns the number beside a reason, and its link. */
function reason(page: Page, label: string) {
  return page.getByRole('region', { name: 'Needs attention' }).getByRole('link').filter({ hasText: label });
}

async function count(page: Page, label: string): Promise<number> {
  return Number((await reason(page, label).locator('b').textContent())?.replaceAll(',', ''));
}

test('a number leads to the list of exactly these secrets', async ({ page, secrets }) => {
  const untested = await secrets.image();
  await open(page, '/');
  const before = await count(page, 'Never tested');
  expect(before).toBeGreaterThan(0);
  await reason(page, 'Never tested').click();
  await expectList(page);
  await expect(page).toHaveURL(/needs=test/);
  await expect(page.getByLabel('Needs', { exact: true })).toHaveValue('test');
  await expect(row(page, untested)).toBeVisible();
});

test('a new key that waits is counted until it is in use', async ({ page, secrets }) => {
  const secret = await secrets.git({ secret: sshKey('waits@here').private });
  await page.request.post(`/secrets/${secret.id}/key/generate`, { form: { generate: 'ed25519' }, maxRedirects: 0 });
  await open(page, '/');
  await reason(page, 'New key waiting').click();
  await expectList(page);
  await expect(row(page, secret)).toContainText('New key waiting');
  await secrets.remove(secret);
  await open(page, '/secrets?needs=switch&sort=name');
  await expect(row(page, secret)).toHaveCount(0);
});

test('what changed lately stands there with who did it, and leads to it', async ({ page, secrets }) => {
  const secret = await secrets.git();
  await open(page, '/');
  const changes = page.getByRole('region', { name: 'Recent changes' });
  const first = changes.getByRole('listitem').filter({ hasText: secret.name });
  await expect(first).toContainText('admin');
  await first.getByRole('link', { name: secret.name }).click();
  await expect(page).toHaveURL(new RegExp(`/secrets/${secret.id}$`));
});

test('plots have their numbers in a table', async ({ page, secrets }) => {
  const secret = await secrets.git();
  await page.request.post(`/secrets/${secret.id}/check`, { maxRedirects: 0 });
  await open(page, '/');
  const plot = page.getByRole('figure', { name: 'Test results' });
  await expect(plot.getByRole('img')).toBeVisible();
  await plot.getByText('Numbers', { exact: true }).click();
  await expect(plot.getByRole('table')).toBeVisible();
  await expect(plot.getByRole('columnheader', { name: 'Day (UTC)' })).toBeVisible();
});

test.describe('for somebody without rights', () => {
  test('there is no link to the audit log, and nothing to set up', async ({ page }) => {
    await become(page, 'reader');
    await open(page, '/');
    await expectHeading(page, 'Overview');
    await expect(page.getByRole('link', { name: 'Audit log' })).toHaveCount(0);
    await expect(page.getByRole('heading', { name: 'Set up Latchkey' })).toHaveCount(0);
  });
});

for (const [width, height] of [[1280, 420], [700, 360]] as const) {
  test(`in a window of ${width} to ${height} px, Sign out and the theme are within reach`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await open(page, '/');
    const menu = page.getByRole('button', { name: 'Menu' });
    if (await menu.isVisible()) await menu.click();
    for (const name of ['Sign out', 'Dark']) {
      const button = page.getByRole('button', { name, exact: true });
      await button.scrollIntoViewIfNeeded();
      await expect(button).toBeInViewport({ ratio: 1 });
    }
  });
}

test.describe('on an empty portal', () => {
  // One portal, whose steps are done one after the other.
  test.describe.configure({ mode: 'serial' });

  let portal: OwnPortal;
  let address = '';

  test.beforeAll(async () => {
    portal = await OwnPortal.start();
    address = portal.address;
  });

  test.beforeEach(({ context }) => portal.signIn(context));

  test.afterAll(async () => {
    expect(await portal.stop(), 'the exit code').toBe(0);
  });

  test('three steps say what to do, and axe finds nothing wrong with them', async ({ page }) => {
    await open(page, address);
    await expectHeading(page, 'Overview');
    const steps = page.getByRole('region', { name: 'Set up Latchkey' });
    await expect(steps.getByRole('heading', { level: 3 })).toHaveText([/Back up the key file/, /Add your secrets/, /Invite people/]);
    await expect(steps).toContainText('key-encryption-key');
    for (const name of ['Add secret', 'Import', 'Add user']) await expect(steps.getByRole('link', { name, exact: true })).toBeVisible();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await expectAccessible(page, `the steps, ${colorScheme}`);
    }
    for (const width of [320, 360, 720, 1000]) {
      await page.setViewportSize({ width, height: 740 });
      await expectNoSidewaysScroll(page, `the steps at ${width} px`);
    }
  });

  test('a backup is noted, and who noted it is on record', async ({ page }) => {
    await open(page, address);
    await page.getByRole('button', { name: 'I have backed it up' }).click();
    await expectOverview(page);
    await expect(notice(page)).toContainText('the key file is backed up');
    const steps = page.getByRole('region', { name: 'Set up Latchkey' });
    await expect(steps.getByRole('listitem').first()).toContainText('Done');
    await expect(page.getByRole('button', { name: 'I have backed it up' })).toHaveCount(0);
  });

  test('after the first secret the steps are a strip, until they are dismissed', async ({ page }) => {
    await open(page, address);
    await page.getByRole('link', { name: 'Add secret', exact: true }).click();
    await submit(page, { type: 'image-pull', name: unique('first'), registry_host: 'registry.example.org', username: 'u', password: 'p' });
    await expectList(page);
    await open(page, address);
    await expect(page.getByRole('heading', { name: 'Needs attention' })).toBeVisible();
    const steps = page.getByRole('region', { name: 'Set up Latchkey' });
    await expect(steps).toBeVisible();
    await expect(page.getByRole('region', { name: 'Recent changes' })).toContainText(/Confirmed key backup\s*admin/);
    await steps.getByRole('button', { name: 'Dismiss these steps' }).click();
    await expectOverview(page);
    await expect(steps).toHaveCount(0);
  });
});
