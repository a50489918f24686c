import type { Page } from '@playwright/test';
import { expect, expectHeading, expectList, names, notice, open, row, test, unique, type Stored } from '../support/fixtures.js';

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Delete Secret' });
const link = (page: Page, secret: Stored) => row(page, secret).getByRole('link', { name: `Delete ${secret.name}`, exact: true });
const ok = (page: Page) => page.getByRole('button', { name: 'OK', exact: true });

async function expectQuestion(page: Page, secret: Stored): Promise<void> {
  await expect(page.getByText(`Are you sure to delete ${secret.displayName} (${secret.name})?`)).toBeVisible();
}

test.describe('the dialog over the list', () => {
  test.beforeEach(({ hydrated }) => test.skip(!hydrated, 'without JavaScript it is a page of its own'));

  let secret: Stored;
  test.beforeEach(async ({ page, secrets }) => {
    secret = await secrets.git({ display_name: 'Old deploy key' });
    await open(page, `/secrets?q=${secret.name}`);
  });

  test('names the display name and the name, with OK and Cancel', async ({ page }) => {
    await link(page, secret).click();
    await expect(dialog(page)).toBeVisible();
    await expectQuestion(page, secret);
    await expect(dialog(page).getByRole('button')).toHaveText(['Cancel', 'OK']);
    await expect(page).toHaveURL(`/secrets?q=${secret.name}`);
    expect(await dialog(page).evaluate((element: HTMLDialogElement) => element.matches(':modal'))).toBe(true);
  });

  test('puts the focus on the safe button, and traps it', async ({ page }) => {
    await link(page, secret).click();
    await expect(page.getByRole('button', { name: 'Cancel', exact: true })).toBeFocused();
    for (let step = 0; step < 6; step += 1) {
      await page.keyboard.press('Tab');
      const outside = await page.evaluate(() => {
        const active = document.activeElement;
        return active !== null && active !== document.body && !active.closest('dialog');
      });
      expect(outside, `after ${step + 1} tabs`).toBe(false);
    }
  });

  const ways: [string, (page: Page) => Promise<void>][] = [
    ['Escape', (page) => page.keyboard.press('Escape')],
    ['Cancel', (page) => page.getByRole('button', { name: 'Cancel', exact: true }).click()],
    ['a click outside', (page) => page.mouse.click(20, 400)],
  ];
  for (const [way, cancel] of ways) {
    test(`${way} cancels, and the focus returns`, async ({ page }) => {
      await link(page, secret).click();
      await expect(dialog(page)).toBeVisible();
      await cancel(page);
      await expect(dialog(page)).toBeHidden();
      await expect(link(page, secret)).toBeFocused();
      await expect(row(page, secret)).toBeVisible();
      // And the dialog opens again.
      await link(page, secret).click();
      await expect(dialog(page)).toBeVisible();
    });
  }

  test('a click inside does not cancel', async ({ page }) => {
    await link(page, secret).click();
    await dialog(page).getByRole('heading').click();
    const box = await dialog(page).boundingBox();
    if (box) await page.mouse.click(box.x + 4, box.y + 4);
    await expect(dialog(page)).toBeVisible();
  });

  test('OK deletes the secret and its row, with a notice', async ({ page, secrets }) => {
    const other = await secrets.git({ name: `${secret.name}-stays` });
    await open(page, `/secrets?q=${secret.name}`);
    await link(page, secret).click();
    await ok(page).click();
    await expect(dialog(page)).toBeHidden();
    await expect(row(page, secret)).toHaveCount(0);
    await expect(row(page, other)).toBeVisible();
    await expect(notice(page)).toContainText('Secret deleted');
    await expect(notice(page)).toContainText('Old deploy key');
    await expect(page).toHaveURL(`/secrets?q=${secret.name}`);
  });

  test('is used by keyboard alone', async ({ page }) => {
    for (let step = 0; step < 60; step += 1) {
      await page.keyboard.press('Tab');
      if (await link(page, secret).evaluate((element) => element === document.activeElement)) break;
    }
    await expect(link(page, secret)).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(dialog(page)).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(link(page, secret)).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: 'Cancel', exact: true })).toBeFocused();
    await page.keyboard.press('Tab');
    await expect(ok(page)).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(notice(page)).toContainText('Secret deleted');
    await expect(row(page, secret)).toHaveCount(0);
  });

  test('opened again at once after it was closed, it stays open', async ({ page }) => {
    await link(page, secret).click();
    await expect(dialog(page)).toBeVisible();
    // In one task: the event of the closing comes after the second opening.
    await dialog(page).evaluate((element: HTMLDialogElement) => {
      element.addEventListener('close', () => requestAnimationFrame(() => { document.body.dataset.closed = 'told'; }), { once: true });
      element.close();
      document.querySelector<HTMLElement>('a[aria-labelledby^="d "]')?.click();
    });
    await expect(page.locator('body[data-closed]')).toBeAttached();
    await expect(dialog(page)).toBeVisible();
  });

  test('deleting the last row leaves an empty search', async ({ page }) => {
    await link(page, secret).click();
    await ok(page).click();
    await expect(page.getByText('No secrets match.')).toBeVisible();
  });

  test('pressed twice, OK deletes once', async ({ page }) => {
    let sent = 0;
    let release = () => {};
    const pressedTwice = new Promise<void>((done) => (release = done));
    await page.route('**/api/ui/delete_secret*', async (route) => {
      sent += 1;
      await pressedTwice;
      await route.continue();
    });
    await link(page, secret).click();
    await ok(page).dblclick();
    release();
    await expect(notice(page)).toContainText('Secret deleted');
    expect(sent).toBe(1);
  });

  test('a secret that somebody else deleted meanwhile is gone, as was asked', async ({ page, secrets }) => {
    await link(page, secret).click();
    await secrets.remove(secret);
    await ok(page).click();
    await expect(notice(page)).toContainText('Secret deleted');
    await expect(row(page, secret)).toHaveCount(0);
  });

  test('an error is shown in the dialog, and OK can be pressed again', async ({ page, faults }) => {
    faults.allow(/ERR_CONNECTION_RESET/);
    let refused = false;
    await page.route('**/api/ui/delete_secret*', async (route) => {
      if (refused) return route.continue();
      refused = true;
      return route.abort('connectionreset');
    });
    await link(page, secret).click();
    await ok(page).click();
    await expect(dialog(page).getByRole('alert')).toContainText("didn't respond");
    await ok(page).click();
    await expect(notice(page)).toContainText('Secret deleted');
    await expect(row(page, secret)).toHaveCount(0);
  });

  test('the link still opens the page in a new tab', async ({ page, context }) => {
    const [tab] = await Promise.all([context.waitForEvent('page'), link(page, secret).click({ modifiers: ['Control'] })]);
    await expectHeading(tab, 'Delete Secret');
    await expect(dialog(page)).toBeHidden();
  });
});

test.describe('the page of its own', () => {
  test('asks, naming both names, with OK and Cancel', async ({ page, secrets }) => {
    const secret = await secrets.image({ display_name: 'Old robot' });
    await open(page, secret.delete);
    await expectHeading(page, 'Delete Secret');
    await expectQuestion(page, secret);
    await expect(ok(page)).toBeVisible();
    await page.getByRole('link', { name: 'Cancel', exact: true }).click();
    await expectList(page);
    await expect(row(page, secret)).toBeVisible();
  });

  test('OK deletes the secret and returns to the list, with a notice', async ({ page, secrets }) => {
    const secret = await secrets.image({ display_name: 'Old robot' });
    await open(page, secret.delete);
    await ok(page).click();
    await expectList(page);
    await expect(notice(page)).toContainText('Secret deleted');
    await expect(notice(page)).toContainText('Old robot');
    await open(page, `/secrets?q=${secret.name}`);
    await expect(row(page, secret)).toHaveCount(0);
  });

  test('pressed twice, OK is not an error', async ({ page, secrets }) => {
    const secret = await secrets.git();
    await open(page, secret.delete);
    await ok(page).dblclick();
    await expectList(page);
    await expect(notice(page)).toContainText('Secret deleted');
    await open(page, `/secrets?q=${secret.name}`);
    await expect(row(page, secret)).toHaveCount(0);
  });
});

test('the page of the list stays', async ({ page, secrets, hydrated }) => {
  const prefix = unique('stays');
  const made: Stored[] = [];
  for (let number = 0; number < 13; number += 1) {
    made.push(await secrets.git({ name: `${prefix}-${String(number).padStart(2, '0')}` }));
  }
  await open(page, `/secrets?q=${prefix}&sort=name&size=10`);
  await page.getByRole('link', { name: 'Next', exact: true }).click();
  await expect.poll(() => names(page)).toEqual(made.slice(10).map((secret) => secret.name));
  const here = page.url();
  const doomed = made[11] as Stored;
  await link(page, doomed).click();
  if (!hydrated) await expectHeading(page, 'Delete Secret');
  await ok(page).click();
  await expect(notice(page)).toContainText('Secret deleted');
  await expect.poll(() => names(page)).toEqual([made[10]?.name, made[12]?.name]);
  await expect(page).toHaveURL(here);
  await expect(page.getByText('11–12 of 12 secrets')).toBeVisible();
});

test('deleting the last row of a page shows the page before', async ({ page, secrets, hydrated }) => {
  const prefix = unique('emptied');
  for (let number = 0; number < 11; number += 1) await secrets.git({ name: `${prefix}-${String(number).padStart(2, '0')}` });
  await open(page, `/secrets?q=${prefix}&sort=name&size=10`);
  await page.getByRole('link', { name: 'Next', exact: true }).click();
  await expect.poll(() => names(page)).toEqual([`${prefix}-10`]);
  await page.getByRole('link', { name: `Delete ${prefix}-10`, exact: true }).click();
  if (!hydrated) await expectHeading(page, 'Delete Secret');
  await ok(page).click();
  await expect(notice(page)).toContainText('Secret deleted');
  await expect.poll(async () => (await names(page)).length).toBe(10);
});
