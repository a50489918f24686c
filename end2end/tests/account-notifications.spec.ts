// Notifications by mail: an address that is confirmed by a link, a choice, and links that end mails.

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tmpdir } from 'node:os';
import { ADMIN } from '../server.mjs';
import type { Page } from '@playwright/test';
import { expectAccessible, expectNoSidewaysScroll } from '../support/accessibility.js';
import { expect, field, test } from '../support/fixtures.js';
import { OwnPortal } from '../support/own-portal.js';

interface MailServer {
  port: number;
  folder: string;
  stop(): void;
}

/** Starts a mail server that keeps what it gets. */
async function mailServer(): Promise<MailServer> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-mail-'));
  const tool = execFileSync('sh', ['-c', 'command -v aiosmtpd'], { encoding: 'utf8' }).trim();
  const child: ChildProcess = spawn('python3', [join(import.meta.dirname, '../support/smtp_server.py'), folder], {
    env: { ...process.env, PYTHONPATH: join(dirname(dirname(tool)), 'aiosmtpd') },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const port = await new Promise<number>((done) => child.stdout?.once('data', (line: Buffer) => done(Number(line))));
  return {
    port,
    folder,
    stop() {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Returns the last mail, with the folds of quoted-printable undone. */
function lastMail(server: MailServer): string {
  const names = readdirSync(server.folder).filter((name) => name.endsWith('.eml')).sort();
  const mail = readFileSync(join(server.folder, names[names.length - 1] ?? ''), 'utf8');
  return mail.replaceAll('=\r\n', '').replaceAll('=3D', '=');
}

/** Gives the administrator a confirmed address, unless they have one. */
async function withAddress(page: Page): Promise<void> {
  await page.goto(`${portal.address}/account/notifications`);
  if (await page.getByRole('button', { name: 'Send a test mail' }).isVisible()) return;
  const form = { mail_address: 'admin@example.org', current_password: ADMIN.password };
  await page.request.post(`${portal.address}/account/notifications/address`, { form, maxRedirects: 0 });
  const link = /http:\/\/[^\s"]+\/mail\/confirm\?token=[0-9a-f]{64}/.exec(lastMail(server))?.[0] ?? '';
  await page.request.post(link, { form: {} });
}

let server: MailServer;
let portal: OwnPortal;

test.beforeAll(async () => {
  server = await mailServer();
  portal = await OwnPortal.start((address) => ({
    LATCHKEY_SMTP_URL: `smtp://127.0.0.1:${server.port}`,
    LATCHKEY_MAIL_FROM: 'Latchkey <latchkey@portal.example>',
    LATCHKEY_PUBLIC_URL: address,
  }));
});

test.afterAll(async () => {
  await portal.stop();
  server.stop();
});

test('an address is confirmed by its link, and a choice is kept', async ({ page, faults }) => {
  // A whole story, with axe on three pages.
  test.setTimeout(120_000);
  faults.allowStatus(410);
  await portal.signIn(page.context());
  await page.goto(`${portal.address}/account`);
  await expect(page.getByText('You get no mail.')).toBeVisible();
  await page.getByRole('link', { name: 'Change notifications' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Notifications' })).toBeVisible();
  await expectAccessible(page, 'notifications');

  await field(page, 'Your mail address').fill('admin@example.org');
  await field(page, 'Current password').fill(ADMIN.password);
  await page.getByRole('button', { name: 'Send link' }).click();
  await expect(page.getByText('A mail was sent to admin@example.org.')).toBeVisible();
  const link = /http:\/\/[^\s"]+\/mail\/confirm\?token=[0-9a-f]{64}/.exec(lastMail(server))?.[0] ?? '';
  await page.goto(link);
  await expectAccessible(page, 'the question of the link');
  await page.getByRole('button', { name: 'Confirm address' }).click();
  await expect(page.getByRole('heading', { name: 'Address confirmed' })).toBeVisible();
  await page.goto(link);
  await expect(page.getByRole('heading', { name: 'This link no longer works' })).toBeVisible();

  await page.goto(`${portal.address}/account/notifications`);
  await page.getByLabel('A secret has expired').check();
  await page.getByLabel('How often').selectOption('daily');
  await field(page, 'Your time zone').fill('Asia/Taipei');
  await page.getByLabel('No mails in these hours').check();
  await page.getByLabel('Quiet from').selectOption('21');
  await page.getByLabel('Quiet until').selectOption('6');
  await page.getByRole('button', { name: 'Save notifications' }).click();
  await expect(page.getByLabel('A secret has expired')).toBeChecked();
  await expect(field(page, 'Your time zone')).toHaveValue('Asia/Taipei');
  await expect(page.getByLabel('Quiet from')).toHaveValue('21');
  await expectAccessible(page, 'a choice');
  await page.goto(`${portal.address}/account`);
  await expect(page.getByText('Mails go to admin@example.org: 1 kind of event. Once a day.')).toBeVisible();
});

test('an unknown time zone is reported beside its field, and the choice is still there', async ({ page, faults }) => {
  faults.allowStatus(422);
  await portal.signIn(page.context());
  await page.goto(`${portal.address}/account/notifications`);
  await page.getByLabel('A secret no longer works').check();
  await field(page, 'Your time zone').fill('Mars/Base');
  await page.getByRole('button', { name: 'Save notifications' }).click();
  await expect(field(page, 'Your time zone')).toHaveAccessibleDescription(/Enter a time zone such as/);
  await expect(field(page, 'Your time zone')).toHaveValue('Mars/Base');
  await expect(page.getByLabel('A secret no longer works')).toBeChecked();
});

test('from the date of a secret leads a way to be reminded of it', async ({ page }) => {
  await portal.signIn(page.context());
  await withAddress(page);
  const form = { type: 'image-pull', name: 'dated', registry_host: 'ghcr.io', username: 'u', password: 'p', expires_at: '2035-01-31' };
  await page.request.post(`${portal.address}/secrets/new`, { form: { ...form, allow_duplicate: 'on' }, maxRedirects: 0 });
  // Told of git datasets alone so far, of those that begin with "other".
  const before = { 'event:secret.expired': 'on', 'type:git-dataset': 'on', prefix: 'other', cadence: 'daily', hour: '8', weekday: '1', time_zone: 'UTC' };
  await page.request.post(`${portal.address}/account/notifications`, { form: before, maxRedirects: 0 });
  await page.goto(`${portal.address}/secrets/image-dated/edit`);
  await expect(page.getByRole('link', { name: 'Be reminded by mail' })).toBeVisible();
  await page.goto(`${portal.address}/secrets/image-dated`);
  await page.getByRole('link', { name: 'Remind me by mail' }).click();
  await expect(page.getByText('To be reminded of image-dated before it expires')).toBeVisible();
  await expect(page.getByLabel('A secret expires in 30, 14, 7 or 1 days')).toBeChecked();
  await expect(page.getByLabel('Image Pull')).toBeChecked();
  await expect(field(page, 'Only names that begin with')).toHaveValue('other\ndated');
  await page.getByRole('button', { name: 'Save notifications' }).click();
  await page.goto(`${portal.address}/account/notifications?remind=image-dated`);
  await expect(page.getByText('You are already told when image-dated expires')).toBeVisible();
});

test('hours of quiet and of digests are shown only where they matter', async ({ page }) => {
  await portal.signIn(page.context());
  await page.goto(`${portal.address}/account/notifications`);
  await page.getByLabel('How often').selectOption('at-once');
  await expect(page.getByLabel('Time of the mail')).toBeHidden();
  await page.getByLabel('How often').selectOption('daily');
  await expect(page.getByLabel('Time of the mail')).toBeVisible();
  await expect(page.getByLabel('Day of the mail')).toBeHidden();
  await page.getByLabel('How often').selectOption('weekly');
  await expect(page.getByLabel('Day of the mail')).toBeVisible();
  await page.getByLabel('No mails in these hours').uncheck();
  await expect(page.getByLabel('Quiet from')).toBeHidden();
  await page.getByLabel('No mails in these hours').check();
  await expect(page.getByLabel('Quiet from')).toBeVisible();
});

test('the page fits narrow windows', async ({ page }) => {
  await portal.signIn(page.context());
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(`${portal.address}/account/notifications`);
  await expectNoSidewaysScroll(page, 'notifications');
});
