// Before everything else: the list while it is empty, then the secrets that the specs of the list walk through.

import { expectAccessible, expectNoSidewaysScroll } from '../support/accessibility.js';
import { expect, expectHeading, open, test } from '../support/fixtures.js';
import { STEPS, WALK } from '../support/walk.js';

test.describe.configure({ mode: 'serial' });

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'hydrated' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled });

    test('an empty list says what to do next', async ({ page }) => {
      const answer = await open(page, '/secrets');
      expect(answer?.status()).toBe(200);
      await expectHeading(page, 'Secrets');
      await expect(page.getByText('No secrets yet.')).toBeVisible();
      await expectAccessible(page, 'the empty list');
      await page.getByRole('link', { name: 'Add the first secret' }).click();
      await expectHeading(page, 'Add secret');
    });

    test('an empty list fits a narrow window', async ({ page }) => {
      await page.setViewportSize({ width: 360, height: 740 });
      await open(page, '/secrets');
      await expectNoSidewaysScroll(page, 'the empty list');
    });

    test('an empty list stays an empty list whatever page is asked for', async ({ page }) => {
      await open(page, '/secrets?before=end');
      await expect(page.getByText('No secrets yet.')).toBeVisible();
    });
  });
}

test('secrets to walk through', async ({ secrets, request }) => {
  for (const { type, ...fields } of STEPS) await secrets.add(type, fields);
  const answer = await request.get(`/secrets?q=${WALK}`);
  expect(await answer.text()).toContain(`20 of ${STEPS.length} secrets`);
});
