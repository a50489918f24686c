// Starts a portal of its own for a test run: the built binary, a fresh data folder, its private PostgreSQL.
// `node server.mjs` runs one until SIGTERM; screenshots.mjs starts one from its own process.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Returns the binary to test: the one named by LATCHKEY_BIN, else the release, else (cargo leptos) the debug build. */
export function binary() {
  if (process.env.LATCHKEY_BIN) return resolve(root, process.env.LATCHKEY_BIN);
  const target = resolve(root, process.env.CARGO_TARGET_DIR ?? 'target');
  const built = ['release', 'debug'].map((profile) => join(target, profile, 'latchkey'));
  const found = built.find((path) => existsSync(path));
  if (!found) throw new Error(`There is no portal to test: neither of ${built.join(', ')} exists. Run "make build" first.`);
  return found;
}

/** The administrator of every portal that is started here. */
export const ADMIN = { username: 'admin', password: 'only for these tests' };

/**
 * Signs in without a browser, and returns the session's cookie.
 * @param {string} address
 * @param {{ username: string, password: string }} who
 */
export async function signIn(address, who = ADMIN) {
  const answer = await fetch(`${address}/sign-in`, { method: 'POST', body: new URLSearchParams(who), redirect: 'manual' });
  const [cookie] = answer.headers.getSetCookie().filter((line) => line.startsWith('latchkey_session='));
  if (!cookie) throw new Error(`signing in as ${who.username} was answered with ${answer.status}`);
  return cookie.split(';')[0] ?? '';
}

/** Returns a new folder for one run: `data` for the portal, `server.log` for its log. Created when the portal starts. */
export function newFolder() {
  return join(tmpdir(), `latchkey-end2end-${randomBytes(6).toString('hex')}`);
}

/**
 * Starts a portal that logs everything into the folder, and shows its warnings and errors.
 * @param {{ folder: string, addr: string, settings?: Record<string, string | undefined> }} how
 */
export function start({ folder, addr, settings = {} }) {
  const env = { ...process.env };
  for (const name of ['DATABASE_URL', 'LATCHKEY_KEK', 'LATCHKEY_KEK_FILE', 'LEPTOS_SITE_ROOT']) delete env[name];
  mkdirSync(join(folder, 'data'), { recursive: true, mode: 0o700 });
  const log = createWriteStream(join(folder, 'server.log'), { flags: 'a' });
  const child = spawn(binary(), ['serve'], {
    cwd: root,
    env: {
      ...env,
      LATCHKEY_ADDR: addr,
      LATCHKEY_DATA_DIR: join(folder, 'data'),
      LATCHKEY_ADMIN_USER: ADMIN.username,
      LATCHKEY_ADMIN_PASSWORD: ADMIN.password,
      // The peers of connection tests.
      LATCHKEY_ALLOW_PRIVATE_HOSTS: '127.0.0.1',
      LATCHKEY_PLAIN_HTTP_HOSTS: '127.0.0.1',
      // For browsers that ask for en-XA.
      LATCHKEY_PSEUDO_LANGUAGE: 'true',
      LATCHKEY_LOG: process.env.LATCHKEY_LOG ?? 'trace',
      NO_COLOR: '1',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      log.write(`${line}\n`);
      if (/\b(WARN|ERROR)\b|panicked/.test(line.slice(0, 200))) console.error(line);
    });
  }
  const ended = new Promise((done) => child.once('exit', (code, signal) => done(code ?? signal)));
  return {
    ended,
    /** Stops the portal and its PostgreSQL properly. */
    async stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/**
 * Waits until the portal answers that it is ready.
 * @param {string} address
 */
export async function ready(address) {
  for (const until = Date.now() + 60_000; Date.now() < until; ) {
    const answer = await fetch(`${address}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error('the portal did not get ready within a minute');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.env.LATCHKEY_END2END_FOLDER ?? newFolder();
  const portal = start({ folder, addr: process.env.LATCHKEY_END2END_ADDR ?? '127.0.0.1:3117' });
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => void portal.stop());
  const code = await portal.ended;
  rmSync(folder, { recursive: true, force: true });
  process.exit(code === 0 ? 0 : 1);
}
