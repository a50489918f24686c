import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { open, ready, test } from '../support/fixtures.js';
import { PLACES } from '../support/places.js';
import { NOBODY } from '../support/session.js';
import { fillWithLife } from './life.js';

const FOLDER = process.env.LATCHKEY_PICTURES ?? 'pictures';
const WIDTHS = [360, 768, 1280, 1920];

/** A look: window, colours, language. */
interface Look {
  width: number;
  theme: 'light' | 'dark';
  language: 'en' | 'zh-Hant';
}

const ALL: Look[] = WIDTHS.flatMap((width) =>
  (['light', 'dark'] as const).flatMap((theme) => (['en', 'zh-Hant'] as const).map((language) => ({ width, theme, language }))),
);
/** Each width, theme and language at least once, in four pictures instead of sixteen. */
const FEW: Look[] = [
  { width: 1280, theme: 'light', language: 'en' },
  { width: 1920, theme: 'dark', language: 'en' },
  { width: 768, theme: 'light', language: 'zh-Hant' },
  { width: 360, theme: 'dark', language: 'zh-Hant' },
];
const STATES: Look[] = [
  { width: 1280, theme: 'light', language: 'en' },
  { width: 360, theme: 'dark', language: 'en' },
];
const LOOKS = process.env.LATCHKEY_LOOKS === 'all' ? ALL : FEW;

const SECRETS = ['image-harbor-production', 'image-gitlab-registry', 'image-ghcr-notebooks', 'image-harbor-staging', `image-${'team-data-science-'.repeat(11)}xy`];
const KEYS = ['gitsync-secret-weather-history', 'gitsync-secret-claims-2026', 'gitsync-secret-street-signs', 'gitsync-secret-medical-records'];

/** Every page, by its address. */
const ADDRESSES: Record<string, string> = {
  overview: '/',
  search: '/search?q=harbor',
  list: '/secrets',
  'list-filtered': '/secrets?type=git-dataset&needs=test&sort=-updated',
  'list-nothing': '/secrets?q=no-such-thing',
  'list-selected': '/secrets?select=all&q=harbor',
  add: '/secrets/new',
  'add-image': '/secrets/new?type=image-pull',
  import: '/secrets/import',
  deleted: '/secrets/deleted',
  ...Object.fromEntries([...SECRETS, ...KEYS].map((id) => [`secret-${id}`.slice(0, 60), `/secrets/${id}`])),
  'edit-image': '/secrets/image-harbor-production/edit',
  'edit-key': '/secrets/gitsync-secret-weather-history/edit',
  key: '/secrets/gitsync-secret-weather-history/key',
  'key-plain': '/secrets/gitsync-secret-medical-records/key',
  check: '/secrets/image-harbor-staging/check',
  'check-new-host': '/secrets/gitsync-secret-street-signs/check',
  'check-changed': '/secrets/gitsync-secret-claims-2026/check',
  'check-nothing': '/secrets/gitsync-secret-medical-records/check',
  delete: '/secrets/image-gitlab-registry/delete',
  versions: '/secrets/image-gitlab-registry/versions',
  rollback: '/secrets/image-gitlab-registry/rollback?from=secret&version=2',
  destroy: '/secrets/image-gitlab-registry/destroy?from=secret&version=2',
  'selected-delete': '/secrets/selected/delete?id=image-harbor-production&id=image-gitlab-registry',
  'selected-manifests': '/secrets/selected/manifests?id=image-harbor-production&id=gitsync-secret-weather-history',
  images: '/images',
  'image-add': '/images/new',
  'image-edit': '/images/trainer/edit',
  datasets: '/datasets',
  'dataset-add': '/datasets/new',
  'dataset-delete': '/datasets/weather/delete',
  tokens: '/tokens',
  'tokens-all': '/tokens?of=everybody',
  'token-add': '/tokens/new',
  users: '/users',
  'user-add': '/users/new',
  user: '/users/ben',
  'user-disabled': '/users/diego',
  'user-self': '/users/admin',
  'user-link': '/users/ben/password-link',
  'user-role': '/users/ben/role?role=admin',
  'user-disable': '/users/ben/disable',
  account: '/account',
  'account-mails': '/account/notifications',
  'sessions-end': '/account/sessions/end-others',
  notifications: '/notifications',
  'channel-add': '/notifications/channels/new',
  'rule-add': '/notifications/rules/new',
  deliveries: '/notifications/deliveries',
  audit: '/audit',
  system: '/system',
  help: '/help',
  'help-registries': '/help/registries',
  'help-guide': '/help/github-deploy-key',
  'help-readme': '/help/readme',
  'help-argo': '/help/argo-cd',
  'api-docs': '/api/docs',
  'not-found': '/nowhere',
};

/** What a page in one state shows, which only English labels lead to. */
const OF_STATES = LOOKS === ALL ? ALL.filter(({ language }) => language === 'en') : STATES;

/** Takes the page as it is in this look, in a window as high as the page: what is sticky would hide something otherwise. */
async function take(page: Page, name: string, { width, theme, language }: Look): Promise<void> {
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
  const height = width < 720 ? 740 : 900;
  await page.setViewportSize({ width, height });
  const whole = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width, height: Math.max(height, Math.min(whole, 6000)) });
  mkdirSync(FOLDER, { recursive: true });
  await page.screenshot({ path: join(FOLDER, `${name}-${width}-${theme}-${language}.png`), animations: 'disabled', fullPage: true });
}

async function speak(page: Page, language: string): Promise<void> {
  await page.context().addCookies([{ name: 'latchkey_language', value: language, domain: '127.0.0.1', path: '/' }]);
}

test('a portal with life', async ({ request }) => {
  await fillWithLife(request);
});

test('pages', async ({ page, faults }) => {
  test.setTimeout(3_600_000);
  faults.allowStatus(404);
  for (const language of ['en', 'zh-Hant'] as const) {
    await speak(page, language);
    for (const [name, address] of Object.entries(ADDRESSES)) {
      await open(page, address);
      for (const look of LOOKS.filter((look) => look.language === language)) await take(page, name, look);
    }
  }
});

test('pages for nobody', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL, storageState: NOBODY });
  const page = await context.newPage();
  for (const language of ['en', 'zh-Hant'] as const) {
    await speak(page, language);
    for (const [name, address] of Object.entries({ 'sign-in': '/sign-in', 'link-over': `/choose-password?token=${'0'.repeat(64)}` })) {
      await page.goto(address);
      await ready(page);
      for (const look of LOOKS.filter((look) => look.language === language)) await take(page, name, look);
    }
  }
  await context.close();
});

for (const { what, status, go } of PLACES) {
  test(`state: ${what}`, async ({ page, secrets, faults }) => {
    if (status) faults.allowStatus(status);
    page.on('dialog', (dialog) => void dialog.accept());
    await go(page, secrets);
    const name = `state-${what.replace(/[^a-z]+/gi, '-').toLowerCase()}`;
    for (const look of OF_STATES) await take(page, name, look);
  });
}
