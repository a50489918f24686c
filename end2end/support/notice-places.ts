// The pages of notifications, of a person's own mails and of versions, for checks that apply everywhere.

import { expect, type Page } from '@playwright/test';
import { ADMIN } from '../server.mjs';
import { expectHeading, field, open, unique, type Secrets } from './fixtures.js';
import { prove } from './people.js';
import type { Place } from './place.js';

const LONG = 'Incident channel of the data science department, day and night';

/** Adds a channel to which nothing can be sent, and returns its address. */
async function channel(page: Page, preset: 'standard' | 'slack' | 'teams' = 'slack'): Promise<string> {
  const form = { name: `${LONG} ${unique('c')}`, preset, url: 'http://127.0.0.1:9/hook', current_password: ADMIN.password };
  await page.request.post('/notifications/channels/new', { form, maxRedirects: 0 });
  await open(page, '/notifications');
  const link = page.locator('.channels').getByRole('link', { name: form.name, exact: true });
  return (await link.getAttribute('href')) ?? '';
}

/** Adds a rule for this channel, and returns its address. */
async function rule(page: Page, at: string): Promise<string> {
  const id = at.split('/').pop() ?? '';
  const body = new URLSearchParams([
    ['channel', id],
    ...['secret.expires', 'secret.expired', 'secret.test_failed', 'sign_on.down'].map((event) => ['event', event]),
    ['type', 'image-pull'],
    ['prefix', `${'a-long-name-'.repeat(6)}x team-b`],
  ]);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  await page.request.post('/notifications/rules/new', { data: body.toString(), headers, maxRedirects: 0 });
  await open(page, at);
  const link = page.getByRole('region', { name: 'Rules' }).getByRole('listitem').getByRole('link');
  return (await link.first().getAttribute('href')) ?? '';
}

/** Adds a secret with four versions, one of them destroyed. */
async function versions(secrets: Secrets, page: Page) {
  const account = { registry_host: `${'registry-'.repeat(5)}x.example.org:5000`, username: `robot$${'x'.repeat(60)}` };
  const secret = await secrets.image({ ...account, name: unique('x'.repeat(190)), password: 'first' });
  for (const version of ['1', '2', '3']) await secrets.change(secret, { ...account, version, password: `after ${version}` });
  await page.request.post(`/secrets/${secret.id}/destroy`, { form: { version: '1' }, maxRedirects: 0 });
  return secret;
}

export const NOTICE_PLACES: Place[] = [
  {
    what: 'the notifications',
    async go(page) {
      const paused = await channel(page, 'teams');
      await page.request.post(`${paused}/pause`, { maxRedirects: 0 });
      await rule(page, await channel(page));
      await open(page, '/notifications');
      await expect(page.locator('.channels').getByText('No rule names it').first()).toBeVisible();
      await expect(page.locator('.rules')).toBeVisible();
    },
  },
  {
    what: 'the deliveries',
    async go(page) {
      await page.request.post(`${await channel(page)}/test`, { maxRedirects: 0 });
      await open(page, '/notifications/deliveries?state=failed');
      await expect(page.getByRole('button', { name: /^Send again/ }).first()).toBeVisible();
    },
  },
  {
    what: 'no deliveries',
    go: async (page) => void (await open(page, '/notifications/deliveries?channel=00000000-0000-0000-0000-000000000000')),
  },
  { what: 'Add, for a channel', go: async (page) => void (await open(page, '/notifications/channels/new')) },
  {
    what: 'Add, for a channel, refused',
    status: 422,
    async go(page) {
      await open(page, '/notifications/channels/new');
      await field(page, 'Address').fill('ftp://x');
      await page.getByRole('button', { name: 'Add channel' }).click();
      await expect(page.locator('#url-error')).toBeVisible();
    },
  },
  {
    what: 'the signing secret of a channel',
    async go(page) {
      await open(page, '/notifications/channels/new');
      await field(page, 'Name').fill(unique('signed'));
      await field(page, 'Address').fill('http://127.0.0.1:9/hook');
      await prove(page);
      await page.getByRole('button', { name: 'Add channel' }).click();
      await expectHeading(page, 'Signing secret');
    },
  },
  {
    what: 'a channel whose test fails, without a rule',
    async go(page) {
      await open(page, await channel(page, 'standard'));
      await page.getByRole('button', { name: 'Send a test' }).click();
      await expect(page.getByRole('alert')).toBeVisible();
    },
  },
  {
    what: 'a paused channel with a rule',
    async go(page) {
      const at = await channel(page, 'teams');
      await rule(page, at);
      await page.request.post(`${at}/pause`, { maxRedirects: 0 });
      await open(page, at);
      await expect(page.getByText('The channel is paused.')).toBeVisible();
    },
  },
  {
    what: 'the question before a signing secret is rotated',
    async go(page) {
      await open(page, `${await channel(page, 'standard')}/secret`);
      await expectHeading(page, 'Rotate signing secret');
    },
  },
  {
    what: 'the question before a channel is deleted',
    async go(page) {
      await open(page, `${await channel(page)}/delete`);
      await expectHeading(page, 'Delete channel');
    },
  },
  {
    what: 'Add, for a rule',
    async go(page) {
      await channel(page);
      await open(page, '/notifications/rules/new');
      await expectHeading(page, 'Add rule');
    },
  },
  {
    what: 'a rule, refused',
    status: 422,
    async go(page) {
      await open(page, await rule(page, await channel(page)));
      await field(page, 'Only names that begin with').fill('No Name');
      await page.getByRole('button', { name: 'Save' }).click();
      await expect(page.locator('#prefix-error')).toBeVisible();
    },
  },
  {
    what: 'the question before a rule is deleted',
    async go(page) {
      await open(page, `${await rule(page, await channel(page))}/delete`);
      await expectHeading(page, 'Delete rule');
    },
  },
  { what: 'the own mails, where no mail is sent', go: async (page) => void (await open(page, '/account/notifications')) },
  {
    what: 'a link of a mail that no longer works',
    status: 410,
    async go(page) {
      await open(page, `/mail/confirm?token=${'0'.repeat(64)}`);
      await expectHeading(page, 'This link no longer works');
    },
  },
  {
    what: 'the page of a secret with versions and dates',
    async go(page, secrets) {
      const secret = await secrets.image({ name: unique('x'.repeat(190)), expires_at: '2020-01-31' });
      await open(page, secret.page);
      await expect(page.locator('.to-do').getByText('This secret has expired')).toBeVisible();
    },
  },
  {
    what: 'all versions of a secret',
    async go(page, secrets) {
      const secret = await versions(secrets, page);
      await open(page, `/secrets/${secret.id}/versions`);
      await expect(page.locator('td').filter({ hasText: /Destroyed/ })).toBeVisible();
    },
  },
  {
    what: 'the question before a rollback',
    async go(page, secrets) {
      const secret = await versions(secrets, page);
      await open(page, `/secrets/${secret.id}/rollback?from=secret&version=2`);
      await expectHeading(page, 'Roll back to version 2');
    },
  },
  {
    what: 'a rollback to a version that is destroyed',
    status: 410,
    async go(page, secrets) {
      const secret = await versions(secrets, page);
      await open(page, `/secrets/${secret.id}/rollback?from=secret&version=1`);
      await expect(page.getByRole('alert')).toBeVisible();
    },
  },
  {
    what: 'the question before a version is destroyed',
    async go(page, secrets) {
      const secret = await versions(secrets, page);
      await open(page, `/secrets/${secret.id}/destroy?from=secret&version=2`);
      await expectHeading(page, 'Destroy version 2');
    },
  },
  {
    what: 'Edit, with its dates, refused',
    status: 422,
    async go(page, secrets) {
      const secret = await secrets.image({ expires_at: '2035-01-31' });
      await open(page, secret.edit);
      await field(page, 'Renew every').fill('9999');
      await page.getByRole('button', { name: 'Confirm', exact: true }).click();
      await expect(page.locator('#renew_every_days-error')).toBeVisible();
    },
  },
  {
    what: 'the list with secrets that have expired and that expire soon',
    async go(page, secrets) {
      const mark = unique('ends');
      const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
      await secrets.image({ name: `${mark}-a`, expires_at: '2020-01-31' });
      await secrets.image({ name: `${mark}-b`, expires_at: day(5) });
      await open(page, `/secrets?q=${mark}`);
      await expect(page.locator('tbody tr')).toHaveCount(2);
    },
  },
];
