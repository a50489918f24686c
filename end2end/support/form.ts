import { expect, type Locator, type Page } from '@playwright/test';
import { confirm, field, scripts, type Fields, type Kind } from './fixtures.js';

const LABELS: [keyof Fields, string][] = [
  ['name', 'Name'],
  ['display_name', 'Display Name'],
  ['secret', 'Secret'],
  ['passphrase', 'Passphrase'],
  ['registry_host', 'Registry Host'],
  ['username', 'Username'],
  ['password', 'Password'],
];

/** Returns the card of a type in the Add form. */
export function typeChoice(page: Page, type: Kind): Locator {
  return page.getByRole('radio', { name: type === 'image-pull' ? 'Image Pull' : 'Git Dataset', exact: true });
}

/** Returns one of the ways in which the key of a new Git dataset comes. */
export function way(page: Page, label: 'Paste' | 'Choose a file' | 'Generate'): Locator {
  return page.getByRole('radio', { name: label, exact: true });
}

/** Fills in the form as a person does: the type first, because it decides on the fields. */
export async function fill(page: Page, fields: Fields): Promise<void> {
  if (fields.type) await typeChoice(page, fields.type).check();
  for (const [key, label] of LABELS) {
    const text = fields[key];
    if (text !== undefined) await field(page, label).fill(text);
  }
}

/** Fills in the form and submits it. Without JavaScript the answer is a new page, which is waited for. */
export async function submit(page: Page, fields: Fields): Promise<void> {
  await fill(page, fields);
  const answered = (await scripts(page)) ? undefined : page.waitForEvent('load');
  await confirm(page).click();
  await answered;
}

/** Returns the summary above a rejected form. */
export function summary(page: Page): Locator {
  return page.getByRole('alert').filter({ has: page.getByRole('heading', { name: /^(There is a problem|Check these fields)$/ }) });
}

/** Expects the message beside a field, associated with it in every way that is required. */
export async function expectError(page: Page, label: string, message: RegExp): Promise<void> {
  const control = field(page, label);
  await expect(control, `${label} is marked`).toHaveAttribute('aria-invalid', 'true');
  const id = await control.getAttribute('id');
  await expect(control).toHaveAttribute('aria-describedby', new RegExp(`(^| )${id}-error( |$)`));
  const error = page.locator(`[id="${id}-error"]`);
  await expect(error).toBeVisible();
  await expect(error).toContainText(message);
}

export async function expectNoError(page: Page, label: string): Promise<void> {
  await expect(field(page, label)).not.toHaveAttribute('aria-invalid', 'true');
  const id = await field(page, label).getAttribute('id');
  await expect(page.locator(`[id="${id}-error"]`)).toHaveCount(0);
}
