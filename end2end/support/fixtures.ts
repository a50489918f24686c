import { test as base, expect, type APIRequestContext, type Locator, type Page } from '@playwright/test';
import { Faults } from './faults.js';
import { privateKey } from './keys.js';

export { expect };

export type Kind = 'git-dataset' | 'image-pull';

export interface Fields {
  name?: string;
  display_name?: string;
  type?: Kind;
  secret?: string;
  passphrase?: string;
  registry_host?: string;
  username?: string;
  password?: string;
  repository?: string;
  expires_at?: string;
}

/** A stored secret, with the addresses of its pages. */
export interface Stored {
  name: string;
  id: string;
  displayName: string;
  page: string;
  edit: string;
  delete: string;
}

const PREFIX: Record<Kind, string> = { 'git-dataset': 'gitsync-secret-', 'image-pull': 'image-' };

export function stored(kind: Kind, name: string, displayName = name): Stored {
  const id = PREFIX[kind] + name;
  return { name, id, displayName, page: `/secrets/${id}`, edit: `/secrets/${id}/edit`, delete: `/secrets/${id}/delete` };
}

let counter = 0;

/** Returns a name that nothing else in this run has. */
export function unique(label: string): string {
  counter += 1;
  return `${label}-${Date.now().toString(36)}-${process.pid.toString(36)}-${counter}`;
}

/** Adds secrets by the plain form, without a browser. */
export class Secrets {
  constructor(private readonly request: APIRequestContext) {}

  async add(kind: Kind, fields: Fields = {}): Promise<Stored> {
    const name = fields.name ?? unique(kind === 'git-dataset' ? 'key' : 'registry');
    const values =
      kind === 'git-dataset'
        ? { secret: privateKey() }
        : { registry_host: 'registry.example.org:5000', username: unique('robot'), password: 'correct horse' };
    // Two secrets with one account are the subject of another spec.
    const form = { type: kind, display_name: '', allow_duplicate: 'on', ...values, ...fields, name };
    const answer = await this.request.post('/secrets/new', { form, maxRedirects: 0 });
    expect(answer.status(), `adding ${name}`).toBe(303);
    return stored(kind, name, fields.display_name || name);
  }

  /** Changes a secret, as somebody else does meanwhile. */
  async change(secret: Stored, form: Record<string, string>): Promise<void> {
    const answer = await this.request.post(secret.edit, { form: { allow_duplicate: 'on', ...form }, maxRedirects: 0 });
    expect(answer.status(), `changing ${secret.name}`).toBe(303);
  }

  async remove(secret: Stored): Promise<void> {
    const answer = await this.request.post(secret.delete, { maxRedirects: 0 });
    expect(answer.status(), `deleting ${secret.name}`).toBe(303);
  }

  git(fields: Fields = {}): Promise<Stored> {
    return this.add('git-dataset', fields);
  }

  image(fields: Fields = {}): Promise<Stored> {
    return this.add('image-pull', fields);
  }
}

export const test = base.extend<{ hydrated: boolean; faults: Faults; secrets: Secrets }>({
  /** Whether pages are hydrated; without JavaScript they never are. */
  hydrated: async ({ javaScriptEnabled }, use) => use(javaScriptEnabled !== false),

  /** Fails every test in which the browser complained. */
  faults: [
    async ({ context, javaScriptEnabled }, use) => {
      const faults = new Faults();
      if (javaScriptEnabled === false) {
        // Without scripts, preloaded script files are blocked or stay unused.
        faults.allow(/preloaded using link preload but not used/);
        faults.allow(/request failed: .*\/pkg\/.*\.js \(csp\)/);
      }
      await faults.watch(context);
      await use(faults);
      expect(faults.unexpected(), 'complaints of the browser').toEqual([]);
    },
    { auto: true },
  ],

  secrets: async ({ request }, use) => use(new Secrets(request)),
});

/** Waits until the page is hydrated, if it ever is. */
export async function ready(page: Page): Promise<void> {
  if (await scripts(page)) await expect(page.locator('html[data-hydrated]')).toBeAttached({ timeout: 20_000 });
}

/** Whether scripts may run in this page. */
export async function scripts(page: Page): Promise<boolean> {
  return unlessLeft(page, () => page.evaluate(() => matchMedia('(scripting: enabled)').matches));
}

/** Evaluates on the page, and again if it was left for the next one meanwhile. */
async function unlessLeft<T>(page: Page, ask: () => Promise<T>): Promise<T> {
  for (const end = Date.now() + 10_000; ; ) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() > end || !/Execution context was destroyed|Cannot find context/.test(String(error))) throw error;
      await page.waitForLoadState('domcontentloaded');
    }
  }
}

/** Opens an address and waits until the page is hydrated. */
export async function open(page: Page, address: string) {
  const answer = await page.goto(address);
  await ready(page);
  return answer;
}

/** Expects this heading, and waits until the page is hydrated. */
export async function expectHeading(page: Page, text: string): Promise<void> {
  await expect(heading(page, text)).toBeVisible();
  await ready(page);
}

/** Returns the main heading with this text. */
export function heading(page: Page, text: string): Locator {
  return page.getByRole('heading', { level: 1, name: text, exact: true });
}

/** Returns the control with exactly this label. */
export function field(page: Page, label: string): Locator {
  return page.getByLabel(label, { exact: true });
}

/** Returns the row of a secret in the list. */
export function row(page: Page, secret: { name: string }): Locator {
  return page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: secret.name, exact: true }) });
}

/** Returns the names in the list, from the top. */
export async function names(page: Page): Promise<string[]> {
  const texts = await unlessLeft(page, () => page.locator('tbody th > p:first-child').allTextContents());
  return texts.map((text) => text.trim());
}

/** Confirms on a confirmation page, whose heading and button have the same text. */
export async function sayYes(page: Page, words: string): Promise<void> {
  await expectHeading(page, words);
  await page.getByRole('button', { name: words, exact: true }).click();
}

export function confirm(page: Page): Locator {
  return page.getByRole('button', { name: 'Confirm', exact: true });
}

export function notice(page: Page): Locator {
  return page.locator('.notices[role=status]');
}

/** Waits for the list after a form was sent. */
export async function expectList(page: Page): Promise<void> {
  await expect(page).toHaveURL(/\/secrets(\?.*)?$/);
  await expectHeading(page, 'Secrets');
  await ready(page);
}

/** Waits for the Overview after somebody has signed in. */
export async function expectOverview(page: Page): Promise<void> {
  await expect(page).toHaveURL(/:\d+\/$/);
  await expectHeading(page, 'Overview');
  await ready(page);
}

/** Returns the element with the focus. */
export function focused(page: Page): Locator {
  return page.locator(':focus');
}
