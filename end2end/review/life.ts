// Fills a portal with what a team of some months has: secrets in every state, people of every role, tokens, images, datasets,
// channels, rules and deliveries.

import { expect, type APIRequestContext } from '@playwright/test';
import { ADMIN } from '../server.mjs';
import { ask } from '../support/database.js';
import { stored, type Kind } from '../support/fixtures.js';
import { privateKey } from '../support/keys.js';
import { ACCOUNT, gitServer, registry } from '../support/peers.js';
import { sshKey } from '../support/ssh.js';

type Form = Record<string, string>;

const PASSWORD = 'tiefer Brunnen im Hof';

/** Returns the day so many days from now. */
const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** Sends a form, and returns the page that it led to. */
async function send(request: APIRequestContext, address: string, form: Form = {}): Promise<string> {
  const answer = await request.post(address, { form, maxRedirects: 0 });
  const text = await answer.text();
  expect.soft([200, 303], `${address}: ${text.replace(/<script.*?<\/script>|<[^>]*>/gs, ' ').replace(/\s+/g, ' ').slice(0, 600)}`).toContain(answer.status());
  return text;
}

async function add(request: APIRequestContext, type: Kind, form: Form & { name: string }) {
  await send(request, '/secrets/new', { type, display_name: '', allow_duplicate: 'on', ...form });
  return stored(type, form.name, form.display_name);
}

/** Adds people: of each role, invited, disabled, with a long name. */
async function people(request: APIRequestContext): Promise<void> {
  const all: [string, string][] = [
    ['ana.silva', 'admin'],
    ['ben', 'editor'],
    ['carla', 'reader'],
    ['xiaoming.wang', 'editor'],
    ['a-contractor-with-a-very-long-name-of-sixty-four-characters-x.yz', 'reader'],
    ['diego', 'editor'],
    ['erika', 'reader'],
  ];
  for (const [username, role] of all) {
    const page = await send(request, '/users/new', { username, role, current_password: ADMIN.password });
    const link = /\/choose-password\?token=[0-9a-f]{64}/.exec(page)?.[0];
    if (!link) throw new Error(`there is no link for ${username}`);
    // Whoever chooses a password is signed in: not with the cookie of this run.
    const chosen = { method: 'POST', body: new URLSearchParams({ password: PASSWORD, repeat_password: PASSWORD }), redirect: 'manual' } as const;
    if (username !== 'erika') await fetch(`http://${process.env.LATCHKEY_END2END_ADDR ?? ''}${link}`, chosen);
  }
  await send(request, '/users/diego/disable');
}

/** Adds accounts for registries, with results of tests, dates and versions. */
async function accounts(request: APIRequestContext, port: number): Promise<void> {
  const host = `127.0.0.1:${port}`;
  const many: (Form & { name: string })[] = [
    { name: 'dockerhub-ci', display_name: 'Docker Hub, CI account', registry_host: 'docker.io', username: 'acme-ci', expires_at: day(9) },
    { name: 'harbor-production', display_name: 'Harbor, production robot', registry_host: host, ...ACCOUNT, expires_at: day(200), renew_every_days: '90' },
    { name: 'harbor-staging', display_name: 'Harbor, staging robot', registry_host: host, username: 'robot', password: 'wrong' },
    { name: 'gitlab-registry', display_name: 'GitLab registry, read only', registry_host: 'registry.gitlab.com', username: 'gitlab+deploy-token-81' },
    { name: 'ghcr-notebooks', display_name: 'GitHub packages for notebooks', registry_host: 'ghcr.io', username: 'acme-notebooks', expires_at: day(-4), stop_when_expired: 'on' },
    { name: 'nexus-legacy', display_name: 'Nexus (legacy images)', registry_host: '127.0.0.1:9', username: 'puller' },
    { name: 'ecr-eu-central-1', display_name: '', registry_host: '123456789012.dkr.ecr.eu-central-1.amazonaws.com', username: 'AWS' },
    { name: 'jingxiang-cangku', display_name: '正式環境的映像檔倉庫（資料科學部門共用，請勿刪除）', registry_host: 'registry.example.com.tw', username: '資料科學' },
    { name: `${'team-data-science-'.repeat(11)}xy`, display_name: 'A display name that somebody wrote without thinking of anybody else who has to read it in a table, because two hundred characters are what the form lets them enter', registry_host: `${'registry-'.repeat(5)}x.example.org:5000`, username: `robot$${'x'.repeat(60)}` },
  ];
  for (const form of many) await add(request, 'image-pull', { password: `${form.name} password`, ...form });
  for (const name of ['harbor-production', 'harbor-staging', 'nexus-legacy']) await send(request, `/secrets/image-${name}/check`);
  await send(request, '/secrets/image-gitlab-registry/edit', { version: '1', display_name: 'GitLab registry, read only', registry_host: 'registry.gitlab.com', username: 'gitlab+deploy-token-82', password: 'two' });
  await send(request, '/secrets/image-gitlab-registry/edit', { version: '2', display_name: 'GitLab registry, read only', registry_host: 'registry.gitlab.com', username: 'gitlab+deploy-token-83', password: 'three' });
  await send(request, '/secrets/image-gitlab-registry/destroy', { version: '1' });
}

/** Adds keys: working, of a host that is new or has changed, rejected, and with a pair that waits. */
async function keys(request: APIRequestContext): Promise<void> {
  const host = await gitServer();
  try {
    const changed = sshKey('other').public.split(' ').slice(0, 2).join(' ');
    const { repository, key: secret, knownHosts: known_hosts } = host;
    const many: (Form & { name: string })[] = [
      { name: 'weather-history', display_name: 'Weather history 1950–2025', secret, repository, known_hosts },
      { name: 'claims-2026', display_name: 'Insurance claims 2026', secret: privateKey(), repository, known_hosts: `[127.0.0.1]:${host.port} ${changed}\n` },
      { name: 'street-signs', display_name: 'Street sign photographs', secret, repository },
      { name: 'speech-corpus-de', display_name: 'Speech corpus, German', secret: privateKey(), repository, known_hosts },
      { name: 'model-weights', display_name: 'Model weights (private)', secret: sshKey('acme data team, deploy key of model-weights').private },
      { name: 'medical-records', display_name: '醫療影像資料集', secret: privateKey() },
    ];
    for (const form of many) {
      await add(request, 'git-dataset', form);
      if (form.repository) await send(request, `/secrets/gitsync-secret-${form.name}/check`);
    }
    await send(request, '/secrets/gitsync-secret-weather-history/key/generate', { generate: 'ed25519' });
    await send(request, '/secrets/gitsync-secret-model-weights/key/generate', { generate: 'ed25519' });
  } finally {
    host.stop();
  }
  for (const name of ['old-corpus', 'retired-with-a-name-that-is-rather-long-but-still-legal-in-kubernetes']) {
    await send(request, (await add(request, 'git-dataset', { name, secret: privateKey() })).delete);
  }
}

async function usages(request: APIRequestContext): Promise<void> {
  const images: Form[] = [
    { name: 'notebook', image: 'ghcr.io/acme/notebook:2026.11', pull_secret: 'image-ghcr-notebooks' },
    { name: 'notebook-gpu', image: 'ghcr.io/acme/notebook-gpu@sha256:' + '0123456789abcdef'.repeat(4), pull_secret: 'image-ghcr-notebooks' },
    { name: 'trainer', image: 'quay.io/acme/trainer:1.4', pull_secret: 'image-dockerhub-ci' },
    { name: 'busybox', image: 'busybox', pull_secret: '' },
    { name: `${'pipeline-'.repeat(20)}x`, image: `registry.gitlab.com/acme/${'data-science-'.repeat(12)}x/feature-branch:1.0`, pull_secret: 'image-gitlab-registry' },
  ];
  for (const form of images) await send(request, '/images/new', form);
  const datasets: Form[] = [
    { name: 'weather', repository: 'git@github.com:acme/weather-history.git', branch: 'main', pull_secret: 'gitsync-secret-weather-history' },
    { name: 'claims', repository: 'ssh://git@git.acme.example:2222/data/claims-2026.git', pull_secret: 'gitsync-secret-claims-2026' },
    { name: 'public-signs', repository: 'https://github.com/acme/signs.git', branch: 'a-branch-with-a-long-name/and-a-part', pull_secret: '' },
  ];
  for (const form of datasets) await send(request, '/datasets/new', form);
}

async function tokens(request: APIRequestContext): Promise<void> {
  const made: Form[] = [
    { name: 'argo-cd production', scope: 'read-values', expiry: '90', current_password: ADMIN.password },
    { name: 'Dashboards', scope: 'read-metadata', expiry: '5' },
    { name: 'old jenkins, which nobody dares to switch off, since it builds at night', scope: 'write', expiry: 'never', current_password: ADMIN.password },
    { name: 'team-b cluster', scope: 'read-values', prefix: 'team-', expiry: '30', current_password: ADMIN.password },
    { name: 'two secrets', scope: 'read-values', secrets: 'image-harbor-production, image-gitlab-registry, gitsync-secret-weather-history', expiry: '365', current_password: ADMIN.password },
    { name: 'revoked', scope: 'read-metadata', expiry: '30' },
  ];
  for (const form of made) {
    const token = /latchkey_[0-9a-f]{16}_[0-9a-f]{64}/.exec(await send(request, '/tokens/new', form))?.[0] ?? '';
    if (form.name !== 'argo-cd production') continue;
    for (const id of ['image-harbor-production', 'gitsync-secret-weather-history', 'image-harbor-production', 'image-gitlab-registry']) {
      const answer = await request.get(`/api/v1/secrets/${id}/value`, { headers: { authorization: `Bearer ${token}`, cookie: '' } });
      expect(answer.status(), id).toBe(200);
    }
  }
  await send(request, `/tokens/${ask(`SELECT id FROM api_tokens WHERE name = 'revoked'`)}/revoke`);
}

async function notices(request: APIRequestContext): Promise<void> {
  const channels: Form[] = [
    { name: 'Incidents', preset: 'slack', url: 'http://127.0.0.1:9/hook' },
    { name: 'Operations, day and night, for everything that breaks while nobody is looking at it', preset: 'standard', url: 'http://127.0.0.1:9/hook' },
    { name: 'Data team', preset: 'teams', url: 'http://127.0.0.1:9/teams' },
  ];
  for (const form of channels) await send(request, '/notifications/channels/new', { ...form, current_password: ADMIN.password });
  const id = (name: string) => ask(`SELECT id FROM notice_channels WHERE name LIKE '${name}%'`);
  for (const name of ['Incidents', 'Operations']) await send(request, `/notifications/channels/${id(name)}/test`).catch(() => undefined);
  await send(request, `/notifications/channels/${id('Data')}/pause`);
  const rule = new URLSearchParams([
    ['channel', id('Incidents')],
    ...['secret.expires', 'secret.expired', 'secret.test_failed', 'sign_on.down'].map((event) => ['event', event]),
    ['type', 'image-pull'],
    ['prefix', 'harbor-'],
  ]);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  await request.post('/notifications/rules/new', { data: rule.toString(), headers, maxRedirects: 0 });
}

/** Writes a past of 30 days, which no page can make up. */
function past(): void {
  ask(`INSERT INTO test_counts (day, status, tests)
    SELECT (now() AT TIME ZONE 'UTC')::date - day, status, amount + day % 2 FROM generate_series(1, 29) AS day,
      (VALUES ('works', 8), ('refused', 1), ('unreachable', 1)) AS each (status, amount)
    WHERE status = 'works' OR day % 6 < 2
    ON CONFLICT (day, status) DO UPDATE SET tests = test_counts.tests + excluded.tests`);
  ask(`INSERT INTO read_counts (day, reads)
    SELECT (now() AT TIME ZONE 'UTC')::date - day, 300 + (day * 67) % 140 FROM generate_series(1, 29) AS day
    ON CONFLICT (day) DO UPDATE SET reads = read_counts.reads + excluded.reads`);
  ask(`INSERT INTO secret_tests (secret_id, at, status, cause, tested_by)
    SELECT id, now() - day * interval '23 hours', CASE WHEN day < 3 OR day = 17 THEN check_status ELSE 'works' END,
      CASE WHEN day < 3 OR day = 17 THEN check_cause ELSE 'registry-opened' END, 'the portal'
    FROM secrets, generate_series(0, 29) AS day WHERE check_cause IS NOT NULL`);
}

export async function fillWithLife(request: APIRequestContext): Promise<void> {
  const peer = await registry();
  try {
    await people(request);
    await accounts(request, peer.port);
    await keys(request);
    await usages(request);
    await tokens(request);
    await notices(request);
    past();
  } finally {
    peer.stop();
  }
}
