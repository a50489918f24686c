// The container image does what docs/install-containers.md says. Run by scripts/test-image, which brings a PostgreSQL.

import assert from 'node:assert/strict';
import { chownSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ADMIN, KEK, addSecret, cleanUp, freePort, newFolder, root, run, signIn, start, startInImage, until, version, write } from './lib.mjs';

const folder = newFolder();
const bundle = join(folder, 'bundle');
const rootfs = join(bundle, 'rootfs');
const database = process.env.DATABASE_URL;
let archive = '';
let config;
let container;
let address = '';

before(async () => {
  const architecture = (await run('dpkg', ['--print-architecture'])).trim();
  archive = `latchkey-${version}-${architecture}.image.tar`;
  await run('scripts/image', [join(folder, 'first')]);
  const inspected = await run('skopeo', ['inspect', '--config', '--raw', `docker-archive:${folder}/first/${archive}`]);
  config = JSON.parse(inspected);
});
after(cleanUp);

test('two builds have one digest, and the registry returns what was pushed', async () => {
  const port = await freePort();
  write(
    `${folder}/registry.yml`,
    JSON.stringify({
      version: '0.1',
      log: { level: 'error' },
      storage: { filesystem: { rootdirectory: join(folder, 'registry') } },
      http: { addr: `127.0.0.1:${port}` },
    }),
  );
  start('docker-registry', ['serve', `${folder}/registry.yml`]);
  await until('a registry', async () => (await fetch(`http://127.0.0.1:${port}/v2/`)).ok);
  await run('scripts/image', [join(folder, 'again')]);
  const digests = [];
  for (const [build, tag] of [['first', version], ['again', 'again']]) {
    const target = `docker://127.0.0.1:${port}/latchkey:${tag}`;
    await run('skopeo', ['--insecure-policy', 'copy', '--dest-tls-verify=false', `docker-archive:${folder}/${build}/${archive}`, target]);
    const said = await run('skopeo', ['inspect', '--tls-verify=false', target]);
    digests.push(JSON.parse(said).Digest);
  }
  assert.equal(digests[0], digests[1]);
  const pulled = `docker://127.0.0.1:${port}/latchkey@${digests[0]}`;
  await run('skopeo', ['--insecure-policy', 'copy', '--src-tls-verify=false', pulled, `oci:${folder}/layout:latchkey`]);
  await run('umoci', ['unpack', '--image', `${folder}/layout:latchkey`, bundle]);
});

test('configuration has the user, the health check and the version', async () => {
  const { User, Entrypoint, Cmd, Env, Healthcheck, Labels } = config.config;
  assert.equal(User, '65532:65532');
  assert.deepEqual([...Entrypoint, ...Cmd], ['/opt/latchkey/latchkey', 'serve']);
  assert.deepEqual(Healthcheck?.Test, ['CMD', '/opt/latchkey/latchkey', 'health']);
  assert.deepEqual(Env, ['PATH=/opt/latchkey', 'LATCHKEY_ADDR=:3000', 'LATCHKEY_IMAGE=true']);
  assert.equal(Labels['org.opencontainers.image.version'], version);
  assert.equal(Labels['org.opencontainers.image.licenses'], 'Apache-2.0');
  assert.equal(Labels['org.opencontainers.image.revision'], (await run('git', ['rev-parse', 'HEAD'])).trim());
});

test('image has the program and its libraries, and no shell, nothing to become root by, no authority of this machine', async () => {
  const list = async (...args) => (await run('find', [rootfs, ...args])).trim().split('\n').filter(Boolean);
  const programs = (await list('-type', 'f', '-perm', '/111', '-printf', '%P\n')).sort();
  assert.equal(programs.filter((path) => !/\.so(\.\d+)*$/.test(path)).join(), 'opt/latchkey/latchkey', programs.join());
  assert.deepEqual(await list('-perm', '/6000'), []);
  assert.deepEqual(await list('-perm', '/002', '!', '-type', 'l'), []);
  assert.deepEqual(await list('!', '-user', '0', '!', '-path', '*/var/lib/latchkey'), []);
  const certificates = readFileSync(join(rootfs, 'etc/ssl/certs/ca-certificates.crt'), 'utf8');
  assert.equal(certificates.match(/BEGIN CERTIFICATE/g).length, readdirSync('/usr/share/ca-certificates/mozilla').length);
  for (const own of readdirSync('/usr/local/share/ca-certificates')) {
    const certificate = readFileSync(join('/usr/local/share/ca-certificates', own), 'utf8');
    assert.ok(!certificates.includes(certificate.trim().split('\n')[1]), own);
  }
  assert.match(readFileSync(join(rootfs, 'var/lib/dpkg/status.d/libc6'), 'utf8'), /^Package: libc6$/m);
  if (!process.env.LATCHKEY_ANY_SIZE) assert.ok(statSync(`${folder}/first/${archive}`).size < 90_000_000);
});

test('container without a database says what to set', async () => {
  const { ended, said } = startInImage({ bundle });
  assert.equal(await ended, 1);
  assert.match(said(), /contains no PostgreSQL .*DATABASE_URL_FILE/s);
});

test('container without a key says what to set', async () => {
  const { ended, said } = startInImage({ bundle, env: { DATABASE_URL: database, LATCHKEY_ADDR: `127.0.0.1:${await freePort()}` } });
  assert.equal(await ended, 1);
  assert.match(said(), /LATCHKEY_KEK_FILE/);
});

test('container of any user over a read-only root gets ready and stores a secret', async () => {
  const addr = `127.0.0.1:${await freePort()}`;
  address = `http://${addr}`;
  const env = {
    LATCHKEY_ADDR: addr,
    DATABASE_URL: database,
    LATCHKEY_KEK: KEK,
    LATCHKEY_ADMIN_USER: ADMIN.username,
    LATCHKEY_ADMIN_PASSWORD: ADMIN.password,
  };
  container = startInImage({ bundle, user: '1000650000:0', env });
  const health = (...args) => startInImage({ bundle, user: '1000650000:0', env: { LATCHKEY_ADDR: addr }, args: ['health', ...args] });
  await until('readiness', async () => (await health().ended) === 0).catch((error) => assert.fail(`${error}\n${container.said()}`));
  const cookie = await signIn(address);
  assert.match(await addSecret(address, cookie, 'from-the-image'), /from-the-image/);
  const style = /href="(\/pkg\/[^"]+\.css)"/.exec(await (await fetch(`${address}/sign-in`)).text());
  assert.equal((await fetch(address + style[1])).status, 200);
  const ready = await (await fetch(`${address}/readyz?verbose`)).text();
  assert.match(ready, /^ready$/m);
  assert.match(ready, /^site: complete$/m);
});

test('commands run in the container, as by docker exec', async () => {
  const env = { DATABASE_URL: database, LATCHKEY_KEK: KEK };
  const { ended, said } = startInImage({ bundle, user: '1000650000:0', env, args: ['user', 'list'] });
  assert.equal(await ended, 0, said());
  assert.match(said(), /root/);
});

test('container drains and ends at SIGTERM', async () => {
  container.terminate();
  await until('the drain', async () => (await fetch(`${address}/readyz`)).status === 503);
  assert.equal((await fetch(`${address}/sign-in`)).status, 200);
  assert.equal(await container.ended, 0, container.said());
  assert.match(container.said(), /requests are still answered/);
});

test('key file of root is read through a supplementary group, as Kubernetes and OpenShift mount it', async () => {
  const key = write(join(folder, 'key/key-encryption-key'), `${KEK}\n`, 0o440);
  const url = write(join(folder, 'database/url'), `${database}\n`, 0o440);
  for (const path of [key, url]) chownSync(path, 0, 1000650000);
  const addr = `127.0.0.1:${await freePort()}`;
  const env = {
    LATCHKEY_ADDR: addr,
    LATCHKEY_DRAIN_SECONDS: '0',
    DATABASE_URL_FILE: '/etc/latchkey/database/url',
    LATCHKEY_KEK_FILE: '/etc/latchkey/key/key-encryption-key',
  };
  const mounts = { '/etc/latchkey/key': join(folder, 'key'), '/etc/latchkey/database': join(folder, 'database') };
  const started = startInImage({ bundle, user: '1000650000:0', groups: '1000650000', env, mounts });
  await until('readiness', async () => (await fetch(`http://${addr}/readyz`)).ok).catch((error) => assert.fail(`${error}\n${started.said()}`));
  const cookie = await signIn(`http://${addr}`);
  assert.match(await (await fetch(`http://${addr}/secrets`, { headers: { cookie } })).text(), /from-the-image/);
  started.terminate();
  assert.equal(await started.ended, 0, started.said());
});

test('portal of the compose file makes its key in the volume, and says where the first administrator is created', async () => {
  const read = 'import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)["services"]["portal"]))';
  const portal = JSON.parse(await run('sh', ['-c', `python3 -c '${read}' <packages/compose/compose.yaml`]));
  assert.equal(portal.image, `\${LATCHKEY_CONTAINER_IMAGE:-latchkey:${version}}`);
  await run('psql', ['--quiet', database, '--command', 'CREATE DATABASE compose']);
  const env = { ...portal.environment, LATCHKEY_ADDR: `127.0.0.1:${await freePort()}`, DATABASE_URL: database.replace(/latchkey$/, 'compose') };
  env.LATCHKEY_PUBLIC_URL = /:-(.*)\}/.exec(env.LATCHKEY_PUBLIC_URL)[1];
  const [, place] = portal.volumes[0].split(':');
  // A new volume has the owner and the mode of the folder in the image.
  const volume = join(folder, 'volume');
  await run('cp', ['--archive', join(rootfs, place), volume]);
  const started = startInImage({ bundle, env, mounts: { [place]: volume } });
  await until('readiness', async () => (await fetch(`http://${env.LATCHKEY_ADDR}/readyz`)).ok).catch((error) => assert.fail(`${error}\n${started.said()}`));
  assert.match(started.said(), /http:\/\/localhost:3000\/setup\?token=/);
  const key = statSync(join(volume, 'key-encryption-key'));
  assert.equal(key.mode & 0o777, 0o600);
  assert.equal(key.uid, 65532);
  started.terminate();
  await started.ended;
});
