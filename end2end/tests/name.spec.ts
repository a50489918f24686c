import { confirm, expect, expectHeading, expectList, field, open, row, test, unique } from '../support/fixtures.js';
import { expectError, expectNoError, fill, submit } from '../support/form.js';
import { privateKey } from '../support/keys.js';

const WRONG: [string, string | undefined][] = [
  ['My Key', 'my-key'],
  ['UPPER', 'upper'],
  ['under_score', 'under-score'],
  ['-leading', 'leading'],
  ['trailing-', 'trailing'],
  ['a..b', 'a.b'],
  ['a.-b', 'a.b'],
  ['größe', undefined],
  [' spaced ', 'spaced'],
  ['!!!', undefined],
];

// Without JavaScript a rejected form is a page with the status 422.
test.beforeEach(({ faults }) => faults.allowStatus(422));

test('a name that breaks the rule gets a message, and a better one is suggested', async ({ page }) => {
  await open(page, '/secrets/new');
  for (const [typed, suggested] of WRONG) {
    await submit(page, { name: typed, secret: privateKey() });
    await expectError(page, 'Name', /\w/);
    await expect(field(page, 'Name')).toHaveValue(typed);
    if (suggested) await expect(page.locator('#name-error'), typed).toContainText(suggested);
    await expectHeading(page, 'Add secret');
  }
});

test('different faults have different messages', async ({ page }) => {
  const messages = new Set<string>();
  const typed = ['UPPER', 'under_score', '-leading', 'trailing-', 'a..b', 'n'.repeat(239)];
  await open(page, '/secrets/new');
  for (const name of typed) {
    await submit(page, { name, secret: privateKey() });
    await expectError(page, 'Name', /\w/);
    messages.add(((await page.locator('#name-error').textContent()) ?? '').split(' Try ')[0] ?? '');
  }
  expect(messages.size).toBe(typed.length);
});

test('238 characters are accepted, 239 are not', async ({ page }) => {
  const end = unique('limit');
  const name = 'x'.repeat(238 - end.length) + end;
  await open(page, '/secrets/new');
  await submit(page, { name: `x${name}`, secret: privateKey() });
  await expectError(page, 'Name', /238/);
  await submit(page, { name, secret: privateKey() });
  await expectList(page);
  await open(page, `/secrets?q=${end}`);
  await expect(row(page, { name })).toBeVisible();
});

test('the name is checked as it is typed, and a corrected one is offered', async ({ page, hydrated }) => {
  test.skip(!hydrated, 'without JavaScript the server checks it');
  await open(page, '/secrets/new');
  const name = field(page, 'Name');
  await name.pressSequentially('My');
  await expectError(page, 'Name', /\w/);
  await name.pressSequentially(' Key');
  const use = page.getByRole('button', { name: 'Use “my-key”' });
  await use.click();
  await expect(name).toHaveValue('my-key');
  await expect(name).toBeFocused();
  await expectNoError(page, 'Name');
});

test('half a name is not wrong yet; leaving it so is', async ({ page, hydrated }) => {
  test.skip(!hydrated, 'without JavaScript the server checks it');
  await open(page, '/secrets/new');
  const name = field(page, 'Name');
  await name.pressSequentially('team-');
  await expectNoError(page, 'Name');
  await name.press('Tab');
  await expectError(page, 'Name', /\w/);
  await name.focus();
  await name.press('End');
  await name.pressSequentially('a');
  await expectNoError(page, 'Name');
});

test('a field that only had the focus is not validated', async ({ page }) => {
  await open(page, '/secrets/new');
  await field(page, 'Name').focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expectNoError(page, 'Name');
});

test('a suggestion can be accepted and saved', async ({ page, hydrated }) => {
  const good = unique('suggested');
  await open(page, '/secrets/new');
  await submit(page, { name: good.toUpperCase(), secret: privateKey() });
  await expectError(page, 'Name', new RegExp(good));
  if (hydrated) {
    await page.getByRole('button', { name: `Use “${good}”` }).click();
  } else {
    await expect(page.getByRole('button', { name: /Use/ })).toBeHidden();
    await fill(page, { name: good, secret: privateKey() });
  }
  await confirm(page).click();
  await expectList(page);
  await expect(row(page, { name: good })).toBeVisible();
});

test('a taken name says so and links to the secret that has it', async ({ page, secrets }) => {
  const owner = await secrets.git();
  await open(page, '/secrets/new');
  await submit(page, { name: owner.name, display_name: 'A second one', secret: privateKey() });
  await expectError(page, 'Name', /taken|already|exists/i);
  await expect(field(page, 'Name')).toHaveValue(owner.name);
  await expect(field(page, 'Display Name')).toHaveValue('A second one');
  await expect(field(page, 'Name')).toBeFocused();
  const link = page.locator('#name-error').getByRole('link');
  await expect(link).toHaveAttribute('href', owner.page);
  page.once('dialog', (dialog) => void dialog.accept());
  await link.click();
  await expect(page).toHaveURL(owner.page);
  await expect(page.locator('main')).toContainText(owner.id);
});
