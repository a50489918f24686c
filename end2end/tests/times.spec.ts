// Times: in UTC without JavaScript, and in the zone of the reader with it; exact ones on demand.

import { expect, open, test } from '../support/fixtures.js';

test.use({ timezoneId: 'Asia/Taipei' });

test('times are exact in the zone of the reader when they are pressed', async ({ page, secrets, hydrated }) => {
  const secret = await secrets.image();
  await open(page, secret.page);
  const time = page.locator('.facts-section time');
  if (!hydrated) {
    await expect(time).toHaveAttribute('title', /^\d+ \w+ \d{4}, \d\d:\d\d UTC$/);
    return;
  }
  await expect(time).toHaveAttribute('title', /\d{1,2}:\d\d:\d\d.*GMT\+8 \(.* UTC\)$/);
  await expect(time).toHaveText(/ago$|^just now$/);
  await time.focus();
  await page.keyboard.press('Enter');
  await expect(time).toHaveText(/^\d+ \w+ \d{4}, \d\d:\d\d$/);
  await time.click();
  await expect(time).toHaveText(/ago$|^just now$/);

  // In a table, all at once.
  await open(page, '/secrets?size=50');
  const times = page.locator('tbody time[title]');
  await times.last().click();
  for (const each of [times.first(), times.last()]) await expect(each).toHaveText(/\d{4}, \d\d:\d\d$/);
});

test('the audit log has the exact time of each record without a tooltip', async ({ page, secrets, hydrated }) => {
  const secret = await secrets.image();
  await open(page, `/audit?object=${secret.id}`);
  const time = page.locator('tbody time');
  if (hydrated) await expect(time).toHaveAttribute('title', /GMT\+8 \(.* UTC\)$/);
  await expect(time).toHaveText(hydrated ? /\d\d:\d\d:\d\d$/ : /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
});
