// The proxies of docs/reverse-proxies.md do what the page says, with the configurations that stand there. Run by
// scripts/test-proxies, which brings a PostgreSQL.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ADMIN, KEK, cleanUp, freePort, newFolder, root, run, start, until, write } from './lib.mjs';

const folder = newFolder();
const page = readFileSync(join(root, 'docs/reverse-proxies.md'), 'utf8');
const HOST = 'latchkey.example';
/** Another address than that of the proxies, which are trusted. */
const CLIENT = '127.0.0.2';
const certificate = join(folder, 'certificate.pem');
let portal;

/** Returns the block of the page in this language, with each of these texts, which stand in it, replaced. */
function block(language, replaced) {
  let text = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(page)[1];
  for (const [from, to] of Object.entries(replaced)) {
    assert.ok(text.includes(from), `${language}: ${from}`);
    text = text.replaceAll(from, to);
  }
  return text;
}

/** Starts a server of the portal over the one database. */
async function startPortal() {
  const addr = `127.0.0.1:${await freePort()}`;
  const { PATH, HOME, DATABASE_URL, LATCHKEY_BIN, LATCHKEY_SITE } = process.env;
  const env = {
    PATH,
    HOME,
    DATABASE_URL,
    LATCHKEY_KEK: KEK,
    LATCHKEY_ADDR: addr,
    LATCHKEY_ADMIN_USER: ADMIN.username,
    LATCHKEY_ADMIN_PASSWORD: ADMIN.password,
    LATCHKEY_DRAIN_SECONDS: '3',
    // As the page says.
    LATCHKEY_PUBLIC_URL: `https://${HOST}`,
    LATCHKEY_TRUSTED_PROXIES: '127.0.0.1,::1',
    ...(LATCHKEY_SITE && { LEPTOS_SITE_ROOT: LATCHKEY_SITE }),
  };
  const server = start(LATCHKEY_BIN, ['serve'], { env });
  await until('readiness', async () => (await fetch(`http://${addr}/readyz`)).ok).catch((error) => assert.fail(`${error}\n${server.said()}`));
  return { addr, ...server };
}

before(async () => {
  const key = join(folder, 'key.pem');
  await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${HOST}`,
    '-addext', `subjectAltName=DNS:${HOST},DNS:other.example`, '-keyout', key, '-out', certificate]);
  write(join(folder, 'both.pem'), readFileSync(certificate, 'utf8') + readFileSync(key, 'utf8'), 0o600);
  portal = await startPortal();
});
after(cleanUp);

const PROXIES = {
  async nginx({ plain, tls }) {
    const site = block('nginx', {
      '127.0.0.1:3000': portal.addr,
      'listen 80;': `listen 127.0.0.1:${plain};`,
      'listen 443 ssl http2;': `listen 127.0.0.1:${tls} ssl http2;`,
      '/etc/ssl/latchkey/certificate.pem': certificate,
      '/etc/ssl/latchkey/key.pem': join(folder, 'key.pem'),
    });
    const log = join(folder, 'nginx-error.log');
    const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ');
    const config = `pid ${folder}/nginx.pid; error_log ${log} warn; events {} http { access_log off; ${places}\n${site} }`;
    start('nginx', ['-c', write(join(folder, 'nginx.conf'), config), '-g', 'daemon off;']);
    // nginx logs each body and answer that it writes to a file.
    return () => assert.doesNotMatch(readFileSync(log, 'utf8'), /temporary file/);
  },
  async haproxy({ plain, tls, addrs }) {
    const servers = (addrs ?? [portal.addr]).map((addr, number) => `server number-${number} ${addr}`);
    const config = block('haproxy', {
      'bind :80': `bind 127.0.0.1:${plain}`,
      'bind :443': `bind 127.0.0.1:${tls}`,
      '/etc/haproxy/latchkey.pem': join(folder, 'both.pem'),
      'server one 127.0.0.1:3000': servers.join('\n    '),
    });
    const file = write(join(folder, `haproxy-${tls}.cfg`), config);
    await run('haproxy', ['-c', '-f', file]);
    start('haproxy', ['-db', '-f', file]);
  },
  async caddy({ plain, tls }) {
    const site = block('caddyfile', {
      '127.0.0.1:3000': portal.addr,
      [`${HOST} {\n`]: `${HOST} {\n\ttls ${certificate} ${join(folder, 'key.pem')}\n`,
    });
    const config = `{\n\tadmin off\n\thttp_port ${plain}\n\thttps_port ${tls}\n\tdefault_bind 127.0.0.1\n}\n${site}`;
    const home = join(folder, 'caddy');
    mkdirSync(home);
    const env = { PATH: process.env.PATH, HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home };
    const server = start('caddy', ['run', '--adapter', 'caddyfile', '--config', write(join(folder, 'Caddyfile'), config)], { env });
    return () => assert.doesNotMatch(server.said(), /"level":"error"/);
  },
};

/** Returns curl from another address than the proxy's, as a browser that resolves the names to the proxy. */
function client({ plain, tls }) {
  const jar = join(folder, `cookies-${tls}`);
  const names = [HOST, 'other.example'].flatMap((name) => ['--connect-to', `${name}:80:127.0.0.1:${plain}`, '--connect-to', `${name}:443:127.0.0.1:${tls}`]);
  const curl = (...args) => run('curl', ['--silent', '--show-error', '--max-time', '60', '--interface', CLIENT, '--cacert', certificate, ...names, '--cookie', jar, '--cookie-jar', jar, ...args]);
  const status = (...args) => curl('--output', '/dev/null', '--write-out', '%{http_code} %{redirect_url}', ...args);
  return { jar, curl, status };
}

for (const [name, startProxy] of Object.entries(PROXIES)) {
  test(`${name} serves the portal as the page says`, async (story) => {
    const ports = { plain: await freePort(), tls: await freePort() };
    const check = await startProxy(ports);
    const { jar, curl, status } = client(ports);
    await until(`an answer through ${name}`, async () => (await status(`https://${HOST}/readyz`)).startsWith('200'));

    await story.test('plain HTTP is redirected to TLS', async () => {
      assert.match(await status(`http://${HOST}/secrets?q=a`), new RegExp(`^30[18] https://${HOST}(:${ports.tls})?/secrets\\?q=a$`));
    });
    await story.test('signing in gives a cookie for TLS alone, with a forged address', async () => {
      const fields = Object.entries(ADMIN).flatMap(([key, value]) => ['--data-urlencode', `${key}=${value}`]);
      const forged = ['--header', 'X-Forwarded-For: 203.0.113.7', '--header', 'Forwarded: for=203.0.113.8', '--header', 'X-Real-IP: 203.0.113.9'];
      assert.match(await status(...forged, ...fields, `https://${HOST}/sign-in`), /^303 /);
      const [cookie] = readFileSync(jar, 'utf8').split('\n').filter((line) => line.includes('latchkey_session'));
      // Host, subdomains, path, secure.
      assert.equal(cookie.split('\t')[3], 'TRUE', cookie);
      assert.match(await curl('--include', `https://${HOST}/secrets`), /strict-transport-security/i);
    });
    await story.test('other hosts are not answered', async () => {
      // Caddy knows of no such site, and answers without content.
      const answer = name === 'caddy' ? /^200 $/ : /^421 $/;
      assert.match(await status('--header', 'Host: other.example', `https://${HOST}/sign-in`), answer);
      assert.doesNotMatch(await curl('--header', 'Host: other.example', `https://${HOST}/sign-in`), /password/);
    });
    await story.test('connections to the portal are kept', async () => {
      const port = portal.addr.split(':')[1];
      const connections = async () => new Set((await run('ss', ['-Htan', `dport = :${port}`])).trim().split('\n').map((line) => line.split(/\s+/)[3])).size;
      const before = await connections();
      await curl(...Array.from({ length: 30 }, () => ['--output', '/dev/null', `https://${HOST}/secrets`]).flat());
      const opened = (await connections()) - before;
      assert.ok(opened <= 3, `${opened} connections for 30 requests`);
    });
    await story.test('a file of 5 MiB is imported', async () => {
      const auths = { [`${name}.example`]: { auth: Buffer.from('robot:made up').toString('base64') } };
      const file = write(join(folder, 'config.json'), JSON.stringify({ auths }) + ' '.repeat(5 << 20));
      assert.match(await status('--form', `file=@${file}`, `https://${HOST}/secrets/import`), new RegExp(`^303 https://${HOST}/secrets/import/`));
    });
    await story.test('a file that is too long gets the answer of the portal', async () => {
      const file = write(join(folder, 'long.json'), 'x'.repeat((16 << 20) + (100 << 10)));
      const said = await curl('--form', `file=@${file}`, `https://${HOST}/secrets/import`);
      assert.match(said, /16/);
    });
    await story.test('the export of the audit log is whole, and has the address of the client', async () => {
      const said = await curl('--data', 'format=jsonl', `https://${HOST}/audit/export`);
      const records = said.trim().split('\n').map((line) => JSON.parse(line));
      const addresses = new Set(records.filter(({ actor_kind }) => actor_kind === 'user').map(({ address }) => address));
      assert.deepEqual([...addresses], [CLIENT]);
      assert.ok(records.some(({ action }) => /sign-in|sign_in|signed/.test(action)), said);
    });
    await check?.();
  });
}

test('haproxy loses no request while one of two servers stops', async () => {
  const second = await startPortal();
  const ports = { plain: await freePort(), tls: await freePort(), addrs: [portal.addr, second.addr] };
  await PROXIES.haproxy(ports);
  const { status } = client(ports);
  await until('an answer', async () => (await status(`https://${HOST}/readyz`)).startsWith('200'));
  const stopped = second.ended.then(() => 'stopped');
  second.child.kill('SIGTERM');
  const answers = [];
  for (let over = false; !over; ) {
    answers.push(await status(`https://${HOST}/sign-in`));
    over = (await Promise.race([stopped, Promise.resolve()])) === 'stopped';
  }
  // Once more after its end.
  for (let more = 0; more < 20; more++) answers.push(await status(`https://${HOST}/sign-in`));
  assert.equal(await second.ended, 0, second.said());
  assert.deepEqual([...new Set(answers)], ['200 '], `of ${answers.length} answers`);
});
