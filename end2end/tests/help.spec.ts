import { expect, expectHeading, heading, open, test } from '../support/fixtures.js';
import { become } from '../support/people.js';
import { NOBODY } from '../support/session.js';

test('each guide has a page of its own', async ({ page }) => {
  test.slow();
  await open(page, '/secrets');
  const entry = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Help' });
  await entry.click();
  await expectHeading(page, 'Help');
  await expect(entry).toHaveAttribute('aria-current', 'page');
  const links = page.getByRole('main').getByRole('link');
  const titles = await links.allTextContents();
  expect(titles.length).toBeGreaterThanOrEqual(8);
  for (const title of titles) {
    await page.getByRole('main').getByRole('link', { name: title, exact: true }).click();
    await expectHeading(page, title);
    await expect(entry).toHaveAttribute('aria-current', 'page');
    await page.getByRole('link', { name: 'All guides' }).click();
    await expect(heading(page, 'Help')).toBeVisible();
  }
});

for (const [address, place] of [
  ['/help/github-deploy-key', 'On GitHub'],
  ['/help/gitlab-deploy-key', 'On GitLab'],
] as const) {
  test(`the public key goes to the host, the private key to the portal: ${place}`, async ({ page }) => {
    await open(page, address);
    const steps = page.getByRole('main').getByRole('listitem');
    await expect(steps.filter({ hasText: place })).toContainText('deploy-key.pub, the public key');
    await expect(steps.filter({ hasText: 'Here, add a secret' })).toContainText('deploy-key, the private key');
  });
}

test('the introduction begins with its contents, and leaves out what is for developers', async ({ page }) => {
  await open(page, '/help');
  await page.getByRole('main').getByRole('link', { name: 'Introduction and settings', exact: true }).click();
  const contents = page.getByRole('navigation', { name: 'Contents' });
  await contents.getByRole('link', { name: 'Audit log', exact: true }).click();
  await expect(page).toHaveURL(/#audit-log$/);
  await expect(page.getByRole('heading', { name: 'Audit log', exact: true })).toBeInViewport();
  for (const name of ['Development', 'Install']) await expect(page.getByRole('heading', { name, exact: true })).toHaveCount(0);
});

test('an unknown guide is a 404 page', async ({ page, faults }) => {
  faults.allowStatus(404);
  const answer = await open(page, '/help/nothing');
  expect(answer?.status()).toBe(404);
  await expectHeading(page, 'Guide not found');
});

test.describe('a reader', () => {
  test.use({ storageState: NOBODY });

  test('may read the guides', async ({ page }) => {
    await become(page, 'reader');
    await open(page, '/help/values');
    await expectHeading(page, 'How Latchkey protects your values');
  });
});
