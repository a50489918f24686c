import { expect, expectHeading, names, open, row, test, unique } from '../support/fixtures.js';
import { STEPS, WALK } from '../support/walk.js';

test('the list is a table with the agreed columns', async ({ page }) => {
  await open(page, '/secrets');
  await expectHeading(page, 'Secrets');
  await expect(page.locator('h1 + p')).toHaveText(/\w.*\.$/);
  await expect(page.getByRole('columnheader')).toHaveText([/All$/, 'Name', 'Display Name', 'Type', 'Status', 'Used by', 'Last used', 'Updated', 'Actions']);
  await expect(page.getByRole('link', { name: 'Add', exact: true })).toHaveAttribute('href', '/secrets/new');
});

test('a row shows the facts of the secret', async ({ page, secrets }) => {
  const key = await secrets.git({ display_name: 'Deploy key of the team' });
  const image = await secrets.image({ display_name: 'Harbor robot' });
  for (const [secret, type] of [[key, 'Git Dataset'], [image, 'Image Pull']] as const) {
    await open(page, `/secrets?q=${secret.name}`);
    const cells = row(page, secret).getByRole('cell');
    await expect(row(page, secret).getByRole('rowheader').getByRole('link')).toHaveText(secret.name);
    await expect(cells.nth(1)).toContainText(secret.displayName);
    await expect(cells.nth(2)).toContainText(type);
    await expect(cells.nth(3)).toContainText('Not tested');
    await expect(cells.nth(4)).toContainText('0');
    await expect(cells.nth(5)).toContainText('never');
    const time = cells.nth(6).locator('time');
    await expect(time).toHaveText(/^(just now|\d+ \w+ ago)$/);
    await expect(time).toHaveAttribute('datetime', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    await expect(time).toHaveAttribute('title', /^\d{1,2} \w+ \d{4}, \d\d:\d\d UTC$/);
  }
});

test('the second line of a row is the host or the repository, and what was found', async ({ page, secrets }) => {
  const robot = unique('robot');
  const image = await secrets.image({ registry_host: 'ghcr.io', username: robot });
  const git = await secrets.git({ repository: `git@github.com:acme/${unique('repository')}.git` });
  const second = (secret: { name: string }) => row(page, secret).getByRole('rowheader').locator('p').nth(1);
  await open(page, `/secrets?q=${image.name}`);
  await expect(second(image)).toHaveText('ghcr.io');
  await open(page, `/secrets?q=${robot}`);
  await expect(second(image)).toHaveText(`ghcr.io · ${robot}`);
  await open(page, `/secrets?q=${git.name}`);
  const address = (await second(git).textContent()) ?? '';
  expect(address).toMatch(/^git@github\.com:acme\/repository/);
  await open(page, `/secrets?q=${encodeURIComponent(address)}`);
  await expect(second(git)).toHaveText(address);
  for (const secret of [image, git]) {
    await open(page, `/secrets?q=${secret.id}`);
    await expect(page.locator('tbody tr')).toHaveCount(1);
    await expect(row(page, secret)).toBeVisible();
  }
});

test('the controls of a row have the name of the secret', async ({ page, secrets }) => {
  const secret = await secrets.git();
  await open(page, `/secrets?q=${secret.name}`);
  await row(page, secret).getByRole('link', { name: `Edit ${secret.name}`, exact: true }).click();
  await expectHeading(page, 'Edit secret');
  await open(page, `/secrets?q=${secret.name}`);
  await expect(row(page, secret).getByRole('link', { name: `Delete ${secret.name}`, exact: true })).toHaveAttribute(
    'href',
    new RegExp(`^${secret.delete}`),
  );
});

test('the newest change comes first', async ({ page, secrets }) => {
  const prefix = unique('newest');
  for (const end of ['a', 'b', 'c']) await secrets.git({ name: `${prefix}-${end}` });
  await open(page, `/secrets?q=${prefix}`);
  expect(await names(page)).toEqual(['c', 'b', 'a'].map((end) => `${prefix}-${end}`));
  await expect(page.getByRole('columnheader', { name: 'Updated' })).toHaveAttribute('aria-sort', 'descending');
});

test.describe('sorting', () => {
  const collator = new Intl.Collator('und');
  const compare: Record<string, (one: (typeof STEPS)[number], other: (typeof STEPS)[number]) => number> = {
    Name: (one, other) => (one.name < other.name ? -1 : 1),
    'Display Name': (one, other) => collator.compare(one.display_name, other.display_name),
    Type: (one, other) => (one.type === other.type ? (one.name < other.name ? -1 : 1) : one.type < other.type ? -1 : 1),
    Status: (one, other) => (one.name < other.name ? -1 : 1),
    Updated: (one, other) => STEPS.indexOf(one) - STEPS.indexOf(other),
  };
  for (const [column, order] of Object.entries(compare)) {
    test(`by ${column}, both ways, by the link in the heading`, async ({ page }) => {
      const ascending = [...STEPS].sort(order).map((step) => step.name);
      const descending = [...ascending].reverse();
      await open(page, `/secrets?q=${WALK}&size=50`);
      const heading = page.getByRole('columnheader', { name: column, exact: true });
      for (const [direction, wanted] of [
        ['ascending', ascending],
        ['descending', descending],
        ['ascending', ascending],
      ] as const) {
        await heading.getByRole('link', { name: column, exact: true }).click();
        await expect(heading).toHaveAttribute('aria-sort', direction);
        await expect(page.locator('th[aria-sort]')).toHaveCount(1);
        await expect.poll(() => names(page)).toEqual(wanted);
      }
    });
  }

  test('starts again at the first page and keeps the search', async ({ page }) => {
    await open(page, `/secrets?q=${WALK}`);
    await page.getByRole('link', { name: 'Next', exact: true }).click();
    await expect(page).toHaveURL(/after=/);
    await page.getByRole('columnheader', { name: 'Name', exact: true }).getByRole('link').click();
    await expect(page).not.toHaveURL(/after=/);
    await expect.poll(async () => (await names(page))[0]).toBe(`${WALK}-00`);
    await expect(page).toHaveURL(new RegExp(`q=${WALK}`));
  });
});

test.describe('long text', () => {
  test('is truncated, with the full text within reach', async ({ page, secrets }) => {
    const end = unique('long');
    const name = `${'n'.repeat(238 - end.length - 1)}-${end}`;
    const display = `${'A long display name. '.repeat(9)}End`;
    const secret = await secrets.image({ name, display_name: display, registry_host: `${'h'.repeat(60)}.${'i'.repeat(60)}.example.org` });
    await open(page, `/secrets?q=${end}`);
    const cell = row(page, secret).getByRole('rowheader');
    await expect(cell).toHaveAttribute('title', name);
    await expect(cell.locator('p').first()).toHaveText(name);
    await expect(row(page, secret).getByRole('cell').nth(1)).toHaveAttribute('title', display);
    const cut = await cell.getByRole('link').evaluate((element) => element.scrollHeight > element.clientHeight);
    expect(cut).toBe(true);
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(sideways).toBeLessThanOrEqual(0);
    await open(page, secret.edit);
    await expect(page.getByLabel('Name', { exact: true })).toHaveValue(name);
  });
});
