// Pictures of the portal for the README, with made-up secrets: first sign-in, Overview, the list and a secret, light.
//
//   node screenshots.mjs readme <folder>
//
// Starts a portal of its own with a fresh data folder. Pictures of every page, to be looked at, are made by review/.

import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { ADMIN, newFolder, ready, signIn, start } from './server.mjs';

/** @typedef {import('@playwright/test').Page} Page */

const IMAGE_PULL = [
  ['dockerhub-ci', 'Docker Hub, CI account', 'docker.io', 'acme-ci'],
  ['harbor-production', 'Harbor, production robot', 'harbor.acme.example', 'robot$pull'],
  ['gitlab-registry', 'GitLab registry, read only', 'registry.gitlab.com', 'gitlab+deploy-token-81'],
  ['ghcr-notebooks', 'GitHub packages for notebooks', 'ghcr.io', 'acme-notebooks'],
  ['nexus-legacy', 'Nexus (legacy images)', 'nexus.acme.example:5000', 'puller'],
];
const GIT_DATASET = [
  ['weather-history', 'Weather history 1950–2025'],
  ['claims-2026', 'Insurance claims 2026'],
  ['street-signs', 'Street sign photographs'],
  ['speech-corpus-de', 'Speech corpus, German'],
  ['model-weights', 'Model weights (private)'],
];

function privateKey() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return privateKey.export({ type: 'sec1', format: 'pem' }).toString();
}

/**
 * @param {string} address
 * @param {string} cookie
 * @param {Record<string, string>} fields
 */
async function add(address, cookie, fields) {
  const answer = await fetch(`${address}/secrets/new`, {
    method: 'POST',
    headers: { cookie },
    body: new URLSearchParams(fields),
    redirect: 'manual',
  });
  // 422: the secret exists from the last time.
  if (![303, 422].includes(answer.status)) throw new Error(`adding ${fields.name}: ${answer.status}`);
}

/** @param {string} address @param {string} cookie */
async function fillPortal(address, cookie) {
  for (const [index, [name = '', display_name = '', registry_host = '', username = '']] of IMAGE_PULL.entries()) {
    await add(address, cookie, { type: 'image-pull', name, display_name, registry_host, username, password: 'made up' });
    const [key = '', display = ''] = GIT_DATASET[index] ?? [];
    await add(address, cookie, { type: 'git-dataset', name: key, display_name: display, secret: privateKey() });
  }
}

/** @param {Page} page @param {string} path */
async function open(page, path) {
  await page.goto(path);
  await page.locator('html[data-hydrated]').waitFor({ state: 'attached' });
}

/** @typedef {Exclude<import('@playwright/test').BrowserContextOptions['storageState'], string | undefined>} Session */

/** What the pictures of the README tell of the last month: the last test of each secret, and its uses. */
const PAST = [
  ['harbor-production', 'works', 'registry-opened', 412],
  ['gitlab-registry', 'works', 'registry-opened', 96],
  ['ghcr-notebooks', 'works', 'registry-opened', 61],
  ['dockerhub-ci', 'works', 'registry-opened', 230],
  ['nexus-legacy', 'unreachable', 'timed-out', 0],
  ['weather-history', 'works', 'repository-read', 30],
  ['claims-2026', 'host-key-changed', 'host-key-changed', 0],
  ['street-signs', 'works', 'repository-read', 18],
  ['speech-corpus-de', 'refused', 'key-not-accepted', 4],
];

/**
 * Writes a past of 30 days, which no page can make up, into the private database of the portal that was started here.
 * @param {string} data
 */
function makePast(data) {
  const tests = PAST.map(
    ([name, status, cause, reads], index) => `
    UPDATE secrets SET check_status = '${status}', check_cause = '${cause}', checked_by = 'ana',
      checked_at = now() - interval '${(index + 1) * 7} minutes',
      last_read_at = CASE WHEN ${reads} > 0 THEN now() - interval '${index * 4 + 1} minutes' END
    WHERE name = '${name}';
    INSERT INTO secret_tests (secret_id, at, status, cause, tested_by)
    SELECT id, now() - day * interval '23 hours', CASE WHEN day < 3 OR day = 17 THEN '${status}' ELSE 'works' END,
      CASE WHEN day < 3 OR day = 17 THEN '${cause}' ELSE 'registry-opened' END, 'the portal'
    FROM secrets, generate_series(0, 29) AS day WHERE name = '${name}';`,
  );
  const sql = `
    ${tests.join('')}
    INSERT INTO test_counts (day, status, tests)
    SELECT (now() AT TIME ZONE 'UTC')::date - day, status, amount + day % 2 FROM generate_series(1, 29) AS day,
      (VALUES ('works', 8), ('refused', 1), ('unreachable', 1)) AS each (status, amount)
    WHERE status = 'works' OR day % 6 < 2
    ON CONFLICT (day, status) DO UPDATE SET tests = test_counts.tests + excluded.tests;
    INSERT INTO read_counts (day, reads)
    SELECT (now() AT TIME ZONE 'UTC')::date - day, 300 + (day * 67) % 140 FROM generate_series(0, 29) AS day;`;
  const database = `host=${join(data, 'postgres')} user=latchkey dbname=latchkey`;
  execFileSync('psql', ['--quiet', '--set=ON_ERROR_STOP=1', database], { input: sql, stdio: ['pipe', 'inherit', 'inherit'] });
}

/**
 * Takes the picture of the first sign-in, at a portal without an administrator.
 * @param {import('@playwright/test').Browser} browser @param {string} file
 */
async function firstSignIn(browser, file) {
  const empty = newFolder();
  const settings = { LATCHKEY_ADMIN_USER: undefined, LATCHKEY_ADMIN_PASSWORD: undefined };
  const portal = start({ folder: empty, addr: '127.0.0.1:3118', settings });
  try {
    await ready('http://127.0.0.1:3118');
    const [link = ''] = readFileSync(join(empty, 'server.log'), 'utf8').match(/http:\S+\/setup\S+/) ?? [];
    const page = await browser.newPage({ viewport: { width: 1280, height: 640 }, colorScheme: 'light' });
    await open(page, link);
    await page.screenshot({ path: file, animations: 'disabled' });
    await page.close();
  } finally {
    await portal.stop();
    rmSync(empty, { recursive: true, force: true });
  }
}

/** @param {import('@playwright/test').Browser} browser @param {string} baseURL @param {string} folder @param {Session} storageState */
async function readme(browser, baseURL, folder, storageState) {
  mkdirSync(folder, { recursive: true });
  makePast(join(started, 'data'));
  const context = await browser.newContext({ baseURL, storageState, viewport: { width: 1280, height: 720 }, colorScheme: 'light' });
  const page = await context.newPage();
  // The notice that the steps were dismissed is shown once.
  await open(page, '/help');
  for (const [name, path] of Object.entries({ overview: '/', secrets: '/secrets', secret: '/secrets/image-harbor-production' })) {
    await open(page, path);
    const file = join(folder, `${name}.png`);
    await page.screenshot({ path: file, animations: 'disabled' });
    console.log(`${file}: ${Math.round(statSync(file).size / 1024)} kB`);
  }
  await firstSignIn(browser, join(folder, 'first-sign-in.png'));
}

const [what, target] = process.argv.slice(2);
if (what !== 'readme' || !target) {
  console.error('usage: node screenshots.mjs readme <folder>');
  process.exit(2);
}

const started = newFolder();
const addr = process.env.LATCHKEY_END2END_ADDR ?? '127.0.0.1:3119';
// The examples name an address that others reach.
const portal = start({ folder: started, addr, settings: { LATCHKEY_PUBLIC_URL: `http://${addr}` } });
const address = `http://${addr}`;
try {
  await ready(address);
  const cookie = await signIn(address);
  const users = [['ana', 'admin'], ['ben', 'editor'], ['carla', 'reader']];
  for (const [username = '', role = ''] of users) {
    await fetch(`${address}/users/new`, { method: 'POST', headers: { cookie }, body: new URLSearchParams({ username, role, current_password: ADMIN.password }) });
  }
  // An overview in use shows no steps of setting up.
  for (const step of ['key-backed-up', 'dismiss-steps']) {
    await fetch(`${address}/overview/${step}`, { method: 'POST', headers: { cookie }, redirect: 'manual' });
  }
  await fillPortal(address, cookie);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--hide-scrollbars'],
  });
  const [name = '', value = ''] = cookie.split('=');
  await readme(browser, address, target, { cookies: [{ name, value, domain: '127.0.0.1', path: '/', expires: -1, httpOnly: true, secure: false, sameSite: 'Lax' }], origins: [] });
  await browser.close();
} finally {
  await portal.stop();
  rmSync(started, { recursive: true, force: true });
}
