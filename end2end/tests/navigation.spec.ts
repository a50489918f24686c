import { expect, expectHeading, focused, open, row, stored, test, unique } from '../support/fixtures.js';

test('the root is the Overview, which is the first place', async ({ page }) => {
  await open(page, '/');
  await expectHeading(page, 'Overview');
  const places = page.getByRole('navigation', { name: 'Main' }).getByRole('link');
  await expect(places.first()).toHaveText('Overview');
  await expect(places.and(page.locator('[aria-current]'))).toHaveText(['Overview']);
  await places.filter({ hasText: 'Secrets' }).click();
  await expectHeading(page, 'Secrets');
  await expect(places.and(page.locator('[aria-current]'))).toHaveText(['Secrets']);
});

test('each page has its address, its title and one main heading', async ({ page, secrets }) => {
  const secret = await secrets.git();
  for (const [address, heading, title] of [
    ['/', 'Overview', 'Overview'],
    ['/secrets', 'Secrets', 'Secrets'],
    ['/search', 'Search', 'Search'],
    ['/secrets/new', 'Add secret', 'Add secret'],
    [secret.edit, 'Edit secret', `${secret.name} · Edit secret`],
    [secret.delete, 'Delete Secret', `${secret.name} · Delete secret`],
  ] as const) {
    const answer = await open(page, address);
    expect(answer?.status(), address).toBe(200);
    await expect(page.getByRole('heading', { level: 1 }), address).toHaveText(heading);
    await expect(page).toHaveTitle(`${title} · Latchkey`);
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
    await expect(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Secrets' })).toBeVisible();
  }
});

test('the id of a secret is its Kubernetes name', async ({ page, secrets }) => {
  const key = await secrets.git();
  const image = await secrets.image();
  expect(key.edit).toBe(`/secrets/gitsync-secret-${key.name}/edit`);
  expect(image.edit).toBe(`/secrets/image-${image.name}/edit`);
  for (const secret of [key, image]) {
    await open(page, secret.edit);
    await expectHeading(page, 'Edit secret');
    await expect(page.getByLabel('Name', { exact: true })).toHaveValue(secret.name);
  }
});

test.describe('a real 404 page inside the portal', () => {
  test('for unknown addresses', async ({ page, faults }) => {
    faults.allowStatus(404);
    for (const address of ['/nowhere', '/secrets/new/more', '/api', '/pkg-not', '/secrets/a/b/c']) {
      const answer = await open(page, address);
      expect(answer?.status(), address).toBe(404);
      await expectHeading(page, 'Page not found');
      await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible();
    }
    await page.getByRole('link', { name: /^Go to (the )?secrets$/ }).click();
    await expectHeading(page, 'Secrets');
  });

  for (const what of ['/edit', '/delete', '']) {
    test(`for unknown ids, ${what || 'alone'}`, async ({ page, faults }) => {
      faults.allowStatus(404);
      for (const [id, heading] of [
        ['image-is-not-there', 'Secret not found'],
        ['gitsync-secret-is-not-there', 'Secret not found'],
        // No secret can have these ids, so the address does not exist.
        ...['nonsense', 'image-', 'image-UPPER', 'image-a%00b', 'image-%ff'].map((id) => [id, 'Page not found'] as const),
      ] as const) {
        const answer = await open(page, `/secrets/${id}${what}`);
        expect(answer?.status(), id).toBe(404);
        await expectHeading(page, heading);
        await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible();
      }
      await page.getByRole('link', { name: /^Go to (the )?secrets$/ }).click();
      await expectHeading(page, 'Secrets');
    });
  }

  test('for a secret that was deleted while its row was on the screen', async ({ page, secrets, faults }) => {
    faults.allowStatus(404);
    const secret = await secrets.git();
    await open(page, `/secrets?q=${secret.name}`);
    await secrets.remove(secret);
    await row(page, secret).getByRole('link', { name: `Edit ${secret.name}` }).click();
    await expectHeading(page, 'Secret not found');
  });
});

test('posting to an unknown id is a 404 page', async ({ request }) => {
  const nobody = stored('image-pull', unique('nobody'));
  const form = { version: '1', registry_host: 'a.example', username: unique('u'), password: '' };
  for (const [address, said] of [
    [nobody.edit, 'Secret not found'],
    ['/secrets/nonsense/edit', 'Page not found'],
    ['/secrets/nonsense/delete', 'Page not found'],
  ] as const) {
    const sent = address.endsWith('edit') ? { form } : {};
    const answer = await request.post(address, { ...sent, maxRedirects: 0 });
    expect(answer.status(), address).toBe(404);
    expect(await answer.text(), address).toContain(said);
  }
  // Deleting a deleted secret succeeds, because that is what was asked for: a second press on OK is not an
  // error.
  expect((await request.post(nobody.delete, { maxRedirects: 0 })).status()).toBe(303);
});

test('viewing an address deletes nothing', async ({ page, secrets, request }) => {
  const secret = await secrets.git();
  await open(page, secret.delete);
  await request.get(secret.delete);
  await open(page, `/secrets?q=${secret.name}`);
  await expect(row(page, secret)).toBeVisible();
});

test('the first keyboard stop skips the navigation', async ({ page }) => {
  await open(page, '/secrets');
  await page.keyboard.press('Tab');
  await expect(focused(page)).toHaveText('Skip to main content');
  await expect(focused(page)).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.locator('#main')).toBeFocused();
});

test('the probes answer', async ({ request }) => {
  for (const address of ['/livez', '/readyz']) expect((await request.get(address)).status(), address).toBe(200);
});
