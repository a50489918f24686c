import { confirm, expect, expectList, field, open, test, unique } from '../support/fixtures.js';
import { fill } from '../support/form.js';

test('a chosen registry explains host, username and password, and fills in the host', async ({ page, hydrated }) => {
  const [name, username] = [unique('preset'), unique('typed-before')];
  await open(page, '/secrets/new');
  await fill(page, { type: 'image-pull', name, username, password: 'typed before' });
  await expect(page.getByText('personal access token (classic) with read:packages')).toBeHidden();
  await field(page, 'Registry').selectOption('GitHub Container Registry');
  await expect(page.getByText('personal access token (classic) with read:packages')).toBeVisible();
  await expect(page.getByText('What aws ecr get-login-password prints.')).toBeHidden();
  if (hydrated) await expect(field(page, 'Registry Host')).toHaveValue('ghcr.io');
  await expect(field(page, 'Username')).toHaveValue(username);
  await expect(field(page, 'Password')).toHaveValue('typed before');
  await confirm(page).click();
  await expectList(page);
  await open(page, `/secrets/image-${name}/edit`);
  await expect(field(page, 'Registry Host')).toHaveValue('ghcr.io');
  await expect(field(page, 'Registry')).toHaveValue('ghcr.io');
});

test('another choice replaces a filled-in host, but not a typed one', async ({ page, hydrated }) => {
  test.skip(!hydrated, 'without JavaScript the host is filled in when the form is sent');
  await open(page, '/secrets/new');
  await fill(page, { type: 'image-pull' });
  for (const [registry, host] of [
    ['Docker Hub', 'https://index.docker.io/v1/'],
    ['Quay', 'quay.io'],
    ['Amazon ECR', ''],
    ['GitLab', 'registry.gitlab.com'],
  ] as const) {
    await field(page, 'Registry').selectOption(registry);
    await expect(field(page, 'Registry Host')).toHaveValue(host);
  }
  await expect(page.getByText('deploy token, with read_registry')).toBeVisible();
  await field(page, 'Registry Host').fill('gitlab.example.org:5050');
  await field(page, 'Registry').selectOption('Quay');
  await expect(field(page, 'Registry Host')).toHaveValue('gitlab.example.org:5050');
});

test('a password that expires after hours says so', async ({ page }) => {
  await open(page, '/secrets/new');
  await fill(page, { type: 'image-pull' });
  await field(page, 'Registry').selectOption('Amazon ECR');
  await expect(page.getByText('12 hours.')).toBeVisible();
  await expect(page.getByText('Always AWS.')).toBeVisible();
});

test('Docker Hub’s names are normalized, and the page says so', async ({ page, hydrated }) => {
  const name = unique('hub-said');
  await open(page, '/secrets/new');
  await fill(page, { type: 'image-pull', name, registry_host: 'docker.io', username: unique('u'), password: 'p' });
  if (hydrated) await expect(page.getByText('Will be saved as')).toContainText('https://index.docker.io/v1/');
  await confirm(page).click();
  await expectList(page);
  await expect(page.locator('.notices')).toContainText('The registry host was corrected: https://index.docker.io/v1/');
});

test('on Edit, the stored registry is chosen', async ({ page, secrets }) => {
  const secret = await secrets.image({ registry_host: '123456789012.dkr.ecr.eu-central-1.amazonaws.com', username: 'AWS' });
  await open(page, secret.edit);
  // Seldom needed there, so it is folded.
  await page.getByText('Registry facts').click();
  await expect(field(page, 'Registry').locator('option:checked')).toHaveText('Amazon ECR');
  await expect(page.getByText('12 hours.')).toBeVisible();
});

test('guides open in place, and nothing typed is lost', async ({ page }) => {
  await open(page, '/secrets/new');
  await fill(page, { name: 'typed-before' });
  const summary = page.locator('.for-git-dataset').getByText('Where do I get this?');
  await summary.click();
  await expect(page.getByText('ssh-keygen -t ed25519').first()).toBeVisible();
  await expect(page.locator('.for-git-dataset').first()).toContainText('Paste the text of deploy-key.pub, the public key');
  await fill(page, { type: 'image-pull' });
  await field(page, 'Registry').selectOption('Docker Hub');
  await page.locator('.facts.docker-hub').getByText('Where do I get this?').click();
  await expect(page.getByText('Generate a token.').first()).toBeVisible();
  await expect(field(page, 'Name')).toHaveValue('typed-before');
});
