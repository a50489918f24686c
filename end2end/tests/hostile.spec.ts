// Display names that look like markup, scripts or templates are shown as text, wherever they are shown.

import { expect, expectHeading, expectList, field, notice, open, row, test } from '../support/fixtures.js';

const NAMES = [
  '</script></title></textarea></style><b>bold</b><script>alert(1)</script>',
  `"'><img src=x onerror=alert(1)> <!-- --><!-- ]]> <![CDATA[`,
  "${alert(1)} {{7*7}} {%x%} #{y} \\u003cscript\\u003e '; DROP TABLE secrets; --",
  '&lt;b&gt; &amp; &#60; %3Cb%3E + %22 ; Path=/; HttpOnly',
];

for (const text of NAMES) {
  test(`shown as text: ${text}`, async ({ page, secrets, hydrated }) => {
    page.on('dialog', (dialog) => {
      throw new Error(`a script ran: ${dialog.message()}`);
    });
    const secret = await secrets.git({ display_name: text });

    await open(page, `/secrets?q=${secret.name}`);
    const cell = row(page, secret).getByRole('cell').nth(1);
    if (Buffer.byteLength(text) > 28) await expect(cell).toHaveAttribute('title', text);
    await expect(cell).toContainText(text);
    await expect(cell.locator('b, img, script')).toHaveCount(0);

    await open(page, secret.edit);
    await expect(field(page, 'Display Name')).toHaveValue(text);
    await expect(page.locator('.lead')).toContainText(text);
    await expect(page).toHaveTitle(`${secret.name} · Edit secret · Latchkey`);

    await open(page, `/secrets?q=${encodeURIComponent(text)}`);
    await expect(field(page, 'Search')).toHaveValue(text);
    await row(page, secret).getByRole('link', { name: `Delete ${secret.name}`, exact: true }).click();
    if (!hydrated) await expectHeading(page, 'Delete Secret');
    await expect(page.getByText(`Are you sure to delete ${text} (${secret.name})?`)).toBeVisible();
    await page.getByRole('button', { name: 'OK', exact: true }).click();
    await expectList(page);
    await expect(notice(page)).toContainText('Secret deleted');
    await expect(notice(page).locator('b')).toHaveText(text);
  });

  test(`handed back as text: ${text}`, async ({ page, faults }) => {
    faults.allowStatus(422);
    await open(page, '/secrets/new');
    await field(page, 'Name').fill(text);
    await field(page, 'Display Name').fill(text);
    await page.getByRole('button', { name: 'Confirm', exact: true }).click();
    await expect(page.locator('#name-error')).toBeVisible();
    await expect(field(page, 'Name')).toHaveValue(text);
    await expect(field(page, 'Display Name')).toHaveValue(text);
  });
}
