import type { Page } from '@playwright/test';
import { expectHeading, field, open } from './fixtures.js';

export const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Returns a docker config with these accounts, each as `username:password`. */
export function dockerConfig(accounts: Record<string, string>, more: object = {}): string {
  const auths = Object.fromEntries(Object.entries(accounts).map(([host, pair]) => [host, pair ? { auth: base64(pair) } : {}]));
  return JSON.stringify({ auths, ...more }, null, 2);
}

/** Returns a Kubernetes Secret as `kubectl get -o yaml` prints it. */
export function secretManifest(name: string, type: string, data: Record<string, string>): string {
  const lines = Object.entries(data).map(([key, text]) => `  ${key}: ${base64(text)}`);
  return ['apiVersion: v1', 'kind: Secret', `type: ${type}`, 'metadata:', `  name: ${name}`, 'data:', ...lines, ''].join('\n');
}

/** Pastes a text into the first step, and continues to the second. */
export async function beginImport(page: Page, text: string): Promise<void> {
  await open(page, '/secrets/import');
  await field(page, 'Or paste its text').fill(text);
  await page.getByRole('button', { name: 'Continue' }).click();
  await expectHeading(page, 'Choose what to import');
}
