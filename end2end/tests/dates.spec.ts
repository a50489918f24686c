// Dates of values: in the form in the reader's zone, on the secret's page, in the list and on the Overview; and what consumers
// get once a value is not handed out any more.

import { ADMIN } from '../server.mjs';
import { expect, expectHeading, expectList, field, open, row, test, unique } from '../support/fixtures.js';
import { submit } from '../support/form.js';
import { exchange } from '../support/wire.js';

test.use({ timezoneId: 'Asia/Taipei' });

/** The day so many days from now, in the zone of the reader or in UTC. */
function day(days: number, zone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(Date.now() + days * 86_400_000);
}

const zone = (hydrated: boolean) => (hydrated ? 'Asia/Taipei' : 'UTC');

test('a day is the reader’s own, and stays as it is', async ({ page, secrets, hydrated }) => {
  const secret = await secrets.image();
  await open(page, secret.edit);
  const dates = page.locator('details.dates');
  await expect(dates).not.toHaveAttribute('open');
  await dates.getByText('Expiry and renewal').click();
  const soon = day(20, zone(hydrated));
  await field(page, 'Expires').fill(soon);
  await field(page, 'Renew every').fill('90');
  await submit(page, {});
  await expectList(page);
  await open(page, secret.page);
  const facts = page.locator('.facts-section');
  // The last second of the day there.
  const end = hydrated ? `${day(20, 'Asia/Taipei')}T15:59:59Z` : `${soon}T23:59:59Z`;
  await expect(facts.locator(`time[datetime="${end}"]`).first()).toBeVisible();
  await expect(facts.locator('.state.warn')).toContainText(/Expires in (19|20) days/);
  await expect(facts).toContainText('Every 90 days');
  await expect(facts).toContainText('Still handed out after that.');
  await open(page, secret.edit);
  await expect(page.locator('details.dates')).toHaveAttribute('open');
  await expect(field(page, 'Expires')).toHaveValue(soon);
  await field(page, 'Display Name').fill('With a date');
  await submit(page, {});
  await expectList(page);
  await open(page, secret.page);
  await expect(facts.locator(`time[datetime="${end}"]`).first()).toBeVisible();
});

test('a day of a new secret is the reader’s own, too', async ({ page, hydrated }) => {
  test.skip(!hydrated, 'without scripts days are in UTC');
  const name = unique('hub');
  await open(page, '/secrets/new');
  await page.locator('details.dates').getByText('Expiry and renewal').click();
  await field(page, 'Expires').fill('2035-12-31');
  await submit(page, { type: 'image-pull', name, registry_host: 'registry.example.org:5000', username: name, password: unique('pw') });
  await expectList(page);
  await open(page, `/secrets/image-${name}`);
  await expect(page.locator('.facts-section time[datetime="2035-12-31T15:59:59Z"]').first()).toBeVisible();
});

test('a number of days out of range is rejected beside its field', async ({ page, secrets, faults }) => {
  faults.allowStatus(422);
  const secret = await secrets.image();
  await open(page, secret.edit);
  await page.locator('details.dates > summary').click();
  await field(page, 'Expires').fill('2035-01-31');
  // The browser's own check is off, as for the whole form.
  await field(page, 'Renew every').fill('9999');
  await page.getByRole('button', { name: 'Confirm' }).click();
  await expect(page.locator('#renew_every_days-error')).toContainText('Enter a number of days from 1 to 3650.');
  await expect(field(page, 'Expires')).toHaveValue('2035-01-31');
  await expect(field(page, 'Renew every')).toHaveValue('9999');
});

test('an expired secret is said everywhere, and stops being handed out if its owner says so', async ({
  page,
  secrets,
  baseURL,
}) => {
  const secret = await secrets.image({ expires_at: '2020-01-31', password: unique('pw') });
  const token = await readValues(page);
  const read = async () => exchange(`${baseURL}/api/v1/secrets/${secret.id}/value`, {
    method: 'GET',
    headers: { authorization: `Bearer ${token}`, cookie: '' },
  });
  expect((await read()).status).toBe(200);
  await open(page, '/');
  await page.getByRole('region', { name: 'Needs attention' }).getByRole('link').filter({ hasText: 'Expired' }).click();
  await expectList(page);
  await expect(page).toHaveURL(/expires=expired/);
  await expect(row(page, secret)).toContainText('Expired');
  await expect(page.getByRole('link', { name: /Remove filter Expires: Expired/ })).toBeVisible();
  await open(page, secret.page);
  await expect(page.locator('.to-do')).toContainText('This secret has expired. It is still handed out.');
  await page.locator('.to-do').getByRole('link', { name: 'change its dates' }).click();
  await expectHeading(page, 'Edit secret');
  await field(page, 'Stop handing out when expired').check();
  await submit(page, {});
  await expectHeading(page, secret.name);
  await open(page, secret.page);
  await expect(page.locator('.to-do')).toContainText('isn’t handed out any more'.replace('’', "'"));
  const gone = await read();
  expect(gone.status).toBe(410);
  expect(JSON.parse(gone.body.toString())).toMatchObject({ type: '/api/docs#expired', status: 410 });

  // A new value has a new end: the day that has passed goes with the old one.
  await open(page, secret.edit);
  await field(page, 'Password').fill(unique('new'));
  await submit(page, {});
  await expectList(page);
  expect((await read()).status).toBe(200);
  await open(page, secret.page);
  await expect(page.locator('.to-do')).toHaveCount(0);
  await open(page, secret.edit);
  await expect(field(page, 'Expires')).toHaveValue('');
  await expect(field(page, 'Stop handing out when expired')).toBeChecked();
});

test('where there is no column for the end, the status says it', async ({ page, secrets, hydrated }) => {
  const mark = unique('ending');
  const over = await secrets.image({ name: `${mark}-a`, expires_at: '2020-01-31' });
  const soon = await secrets.image({ name: `${mark}-b`, expires_at: day(5, zone(hydrated)) });
  const later = await secrets.image({ name: `${mark}-c`, expires_at: day(300, zone(hydrated)) });
  await open(page, `/secrets?q=${mark}`);
  for (const width of [720, 1280, 1399]) {
    await page.setViewportSize({ width, height: 800 });
    await expect(row(page, over).getByText('Expired', { exact: true }).filter({ visible: true })).toHaveCount(1);
    await expect(row(page, soon).getByText(/^Expires in [45] days$/)).toBeVisible();
    await expect(row(page, later).locator('.state')).toHaveCount(0);
  }
  for (const width of [360, 1400]) {
    await page.setViewportSize({ width, height: 800 });
    await expect(row(page, soon).getByText(/^Expires in/)).toBeHidden();
    await expect(row(page, soon).getByText(/^in [45] days$/)).toBeVisible();
  }
});

test('the list is sorted by the end, and filtered by the time until then', async ({ page, secrets, hydrated }) => {
  const mark = unique('dated');
  const next = await secrets.image({ name: `${mark}-b`, expires_at: day(5, zone(hydrated)) });
  const later = await secrets.image({ name: `${mark}-a`, expires_at: day(60, zone(hydrated)) });
  const never = await secrets.image({ name: `${mark}-c` });
  await open(page, `/secrets?q=${mark}&sort=expires`);
  const names = page.locator('table.secrets tbody th a');
  await expect(names).toHaveText([next.name, later.name, never.name]);
  await open(page, `/secrets?q=${mark}&expires=90`);
  await expect(names).toHaveCount(2);
  await open(page, `/secrets?q=${mark}&expires=7`);
  await expect(names).toHaveText([next.name]);
  await expect(row(page, next)).toContainText(/in [45] days/);
});

/** Returns a token that reads values. */
async function readValues(page: import('@playwright/test').Page): Promise<string> {
  await open(page, '/tokens/new');
  await field(page, 'Name').fill(unique('reader'));
  await field(page, 'Scope').selectOption('read-values');
  await field(page, 'Current password').fill(ADMIN.password);
  await page.getByRole('button', { name: 'Create token' }).click();
  await expectHeading(page, 'Token created');
  return field(page, 'Token').inputValue();
}
