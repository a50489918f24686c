// What the tests of the image, the chart and the proxies share.

import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The version, which Cargo.toml alone names. */
export const version = /^\[workspace\.package\]\nversion = "(.*)"$/m.exec(readFileSync(join(root, 'Cargo.toml'), 'utf8'))[1];

/** The administrator of every portal that is started here. */
export const ADMIN = { username: 'root', password: 'correct horse battery' };

/** A key encryption key that seals made-up values alone. */
export const KEK = 'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=';

/** Runs a program to its end, and returns what it printed; an error has what it said. */
export async function run(program, args, options = {}) {
  const { stdout } = await promisify(execFile)(program, args, { cwd: root, maxBuffer: 1 << 26, timeout: 300_000, ...options });
  return stdout;
}

/** Returns a port that nothing listens at. */
export function freePort() {
  return new Promise((done, failed) => {
    const server = createServer();
    server.on('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** Asks until there is an answer that counts, at most for half a minute. */
export async function until(what, ask) {
  let last;
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    try {
      const answer = await ask();
      if (answer) return answer;
    } catch (error) {
      last = error;
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${what} did not happen within half a minute`, { cause: last });
}

const cleanup = [];

/** Returns a new folder that everybody may enter; deleted at the end. */
export function newFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-packages-'));
  run('chmod', ['755', folder]);
  cleanup.unshift(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a file, and the folders above it. */
export function write(path, text, mode = 0o644) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode });
  return path;
}

/** Starts a program that ends with the tests. `said()` is what it printed, `ended` its exit code or signal. */
export function start(program, args, options = {}) {
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], ...options });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (text += data));
  const ended = new Promise((done) => {
    child.once('error', (error) => done(error.message));
    child.once('exit', (code, signal) => done(code ?? signal));
  });
  cleanup.unshift(async () => {
    // In order, because nginx would leave its workers otherwise.
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(late);
  });
  return { child, ended, said: () => text };
}

/** Ends what was started, and deletes what was made. */
export async function cleanUp() {
  for (const step of cleanup.splice(0)) await step();
}

/** Builds the image, and unpacks it for `startInImage`. Returns the folder. */
export async function unpackedImage() {
  const folder = newFolder();
  const architecture = (await run('dpkg', ['--print-architecture'])).trim();
  await run('scripts/image', [folder]);
  const archive = `docker-archive:${folder}/latchkey-${version}-${architecture}.image.tar`;
  await run('skopeo', ['--insecure-policy', 'copy', archive, `oci:${folder}/layout:latchkey`]);
  await run('umoci', ['unpack', '--image', `${folder}/layout:latchkey`, `${folder}/bundle`]);
  return `${folder}/bundle`;
}

/**
 * Runs the program of an unpacked image as a container runtime does: as this user with no right to become another, over a
 * read-only root with the mounts `{ '/in/the/image': '/on/this/machine' }`, as process 1 of its own.
 */
export function startInImage({ bundle, user = '65532:65532', groups = '', env = {}, mounts = {}, args = [] }) {
  const rootfs = join(bundle, 'rootfs');
  const config = JSON.parse(readFileSync(join(bundle, 'config.json'), 'utf8')).process;
  const places = { '/proc': '', '/dev': '/dev', ...mounts };
  const script = ['set -e', `mount --bind ${rootfs} ${rootfs}`, `cd ${rootfs}`];
  for (const to of Object.keys(places)) mkdirSync(join(rootfs, to), { recursive: true });
  script.push(`mount -o remount,bind,ro,nosuid,nodev ${rootfs}`);
  for (const [to, from] of Object.entries(places)) {
    script.push(from ? `mount --rbind ${from} ${rootfs}${to}` : `mount -t proc proc ${rootfs}${to}`);
  }
  script.push(`exec setpriv --no-new-privs chroot --userspec=${user} --groups=${groups} ${rootfs} "$@"`);
  const [program, ...rest] = args.length > 0 ? [config.args[0], ...args] : config.args;
  const variables = { ...Object.fromEntries(config.env.map((line) => line.split(/=(.*)/s))), ...env };
  const container = start(
    'unshare',
    ['--mount', '--pid', '--fork', '--kill-child', 'bash', '-c', script.join('\n'), 'bash', program, ...rest],
    { env: { ...variables, PATH: `${variables.PATH}:${process.env.PATH}` } },
  );
  /** Returns the number of the program itself, as seen from outside, while it runs. */
  const inner = () => {
    const { pid } = container.child;
    return existsSync(`/proc/${pid}`) ? Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')) : 0;
  };
  // It does not end with `unshare`, since it has become another user.
  cleanup.unshift(() => inner() && process.kill(inner(), 'SIGKILL'));
  return { ...container, terminate: () => process.kill(inner(), 'SIGTERM') };
}

/** Signs in at a portal, and returns the session's cookie. */
export async function signIn(address, ask = fetch) {
  const answer = await ask(`${address}/sign-in`, { method: 'POST', body: new URLSearchParams(ADMIN), redirect: 'manual' });
  const cookie = answer.headers.getSetCookie().find((line) => /latchkey_session=/.test(line));
  if (!cookie) throw new Error(`signing in was answered with ${answer.status}`);
  return cookie.split(';')[0];
}

/** Adds a secret, and returns the page of the list. */
export async function addSecret(address, cookie, name) {
  const fields = { type: 'image-pull', name, registry_host: 'registry.example', username: 'robot', password: `value of ${name}` };
  const added = await fetch(`${address}/secrets/new`, {
    method: 'POST',
    headers: { cookie },
    body: new URLSearchParams(fields),
    redirect: 'manual',
  });
  if (added.status !== 303) throw new Error(`adding was answered with ${added.status}: ${await added.text()}`);
  return (await fetch(`${address}/secrets`, { headers: { cookie } })).text();
}
