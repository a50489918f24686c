// The chart does what docs/install-kubernetes.md says. Run by scripts/test-chart, which brings an API server and a PostgreSQL.

import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ADMIN, KEK, addSecret, cleanUp, freePort, newFolder, run, signIn, start, startInImage, unpackedImage, until, version, write } from './lib.mjs';

const chart = 'packages/chart/latchkey';
const VALUES = ['values.yaml', 'ci/all-values.yaml', 'ci/openshift-values.yaml'];
const folder = newFolder();
const database = new URL(process.env.DATABASE_URL);

const kubectl = (...args) => run('kubectl', args);
const helm = (...args) => run('helm', args);
const sql = (statements, name = 'latchkey') =>
  run('psql', ['--quiet', '--set=ON_ERROR_STOP=1', `host=127.0.0.1 port=${database.port} user=latchkey dbname=${name}`, '--command', statements]);

/** Names the versions that this API server has, which is older than the manifests are for. */
const forOlderServer = (text) => text.replaceAll('policy/v1\n', 'policy/v1beta1\n').replaceAll(/apiVersion: batch\/v1$/gm, 'apiVersion: batch/v1beta1');

/** Returns what describes the pods of an object. */
const podOf = ({ kind, spec }) => (kind === 'CronJob' ? spec.jobTemplate.spec.template.spec : spec?.template?.spec);

/** Returns the objects that the chart makes of these values, as the API server reads them. */
async function objects(...values) {
  const manifests = write(join(folder, 'rendered.yaml'), await helm('template', 'latchkey', chart, '--api-versions', 'policy/v1beta1', ...values));
  const text = forOlderServer(readFileSync(manifests, 'utf8'));
  const said = await kubectl('create', '--dry-run=server', '--output=json', '--filename', write(manifests, text));
  // One after the other, as kubectl writes them.
  return said.split(/^}\n/m).filter((part) => part.trim()).map((part) => JSON.parse(`${part}}`)).flatMap((object) => object.items ?? [object]);
}

/** Returns a resource of the Prometheus operator, as far as the API server has to know it. */
const monitoringResource = (kind, plural) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.monitoring.coreos.com` },
  spec: {
    group: 'monitoring.coreos.com',
    names: { kind, plural, singular: kind.toLowerCase() },
    scope: 'Namespaced',
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }],
  },
});

before(async () => {
  await kubectl('create', 'namespace', 'portal');
  for (const resource of [monitoringResource('ServiceMonitor', 'servicemonitors'), monitoringResource('PrometheusRule', 'prometheusrules')]) {
    await kubectl('create', '--filename', write(join(folder, 'resource.json'), JSON.stringify(resource)));
    await kubectl('wait', '--for=condition=established', `crd/${resource.metadata.name}`, '--timeout=30s');
  }
});
after(cleanUp);

test('chart and manifests are packaged with the version of Cargo.toml', async () => {
  await run('scripts/chart', [folder]);
  const packaged = await helm('show', 'chart', `${folder}/latchkey-${version}.tgz`);
  assert.match(packaged, new RegExp(`^version: ${version}$`, 'm'));
  assert.match(packaged, new RegExp(`^appVersion: ${version}$`, 'm'));
  const files = await run('tar', ['tf', `${folder}/latchkey-${version}.tgz`]);
  assert.doesNotMatch(files, /\/ci\//);
});

test('plain manifests are accepted by the API server', async () => {
  const plain = `${folder}/latchkey-${version}.yaml`;
  const text = readFileSync(plain, 'utf8');
  assert.doesNotMatch(text, /managed-by|helm\.sh/);
  write(plain, forOlderServer(text));
  const said = await kubectl('apply', '--namespace=portal', '--dry-run=server', '--filename', plain);
  for (const kind of ['deployment.apps', 'service', 'serviceaccount', 'poddisruptionbudget.policy', 'networkpolicy.networking.k8s.io']) {
    assert.match(said, new RegExp(`^${kind}/latchkey created`, 'm'));
  }
});

for (const values of VALUES) {
  test(`objects with ${values} are accepted, and their pods fit the standard "restricted"`, async () => {
    const made = await objects('--values', `${chart}/${values}`);
    assert.equal(made.some(({ kind }) => kind === 'CronJob'), values.includes('all-values'));
    for (const { kind, spec } of made.filter(podOf).map((object) => ({ kind: object.kind, spec: podOf(object) }))) {
      for (const forbidden of ['hostNetwork', 'hostPID', 'hostIPC']) assert.ok(!spec[forbidden]);
      assert.equal(spec.securityContext.runAsNonRoot, true);
      assert.equal(spec.securityContext.seccompProfile.type, 'RuntimeDefault');
      assert.notEqual(spec.securityContext.runAsUser, 0);
      for (const { name, securityContext, volumeMounts, ports } of [...spec.initContainers, ...spec.containers]) {
        assert.equal(securityContext.allowPrivilegeEscalation, false, name);
        assert.deepEqual(securityContext.capabilities, { drop: ['ALL'] }, name);
        assert.equal(securityContext.readOnlyRootFilesystem, true, name);
        assert.ok(kind === 'CronJob' || volumeMounts.every(({ readOnly }) => readOnly), name);
        assert.ok((ports ?? []).every(({ hostPort }) => !hostPort), name);
      }
      const writable = (volume) => kind === 'CronJob' && (volume.emptyDir ?? volume.persistentVolumeClaim);
      for (const volume of spec.volumes) assert.ok(volume.secret ?? volume.configMap ?? writable(volume), volume.name);
      assert.equal(spec.automountServiceAccountToken, false);
    }
  });
}

test('values of the documentation make an Ingress for the public address, and a CronJob', async () => {
  const documented = [...readFileSync('docs/install-kubernetes.md', 'utf8').matchAll(/```yaml\n(.*?)```/gs)];
  assert.equal(documented.length, 2);
  const made = await objects(...documented.flatMap(([, values], index) => ['--values', write(join(folder, `documented-${index}.yaml`), values)]));
  assert.equal(podOf(made.find(({ kind }) => kind === 'CronJob')).volumes.find(({ name }) => name === 'database').secret.secretName, 'latchkey-migration');
  const { env } = made.find(({ kind }) => kind === 'Deployment').spec.template.spec.containers[0];
  assert.equal(env.find(({ name }) => name === 'LATCHKEY_PUBLIC_URL').value, 'https://latchkey.example');
  assert.equal(env.find(({ name }) => name === 'LATCHKEY_TRUSTED_PROXIES').value, '10.42.0.0/16');
  assert.equal(made.find(({ kind }) => kind === 'Ingress').spec.rules[0].host, 'latchkey.example');
});

test('metrics are off at first, and are scraped apart from the portal when they are on', async () => {
  const plain = await objects('--values', `${chart}/values.yaml`);
  assert.doesNotMatch(JSON.stringify(plain), /metrics/i);
  const made = await objects('--values', `${chart}/ci/all-values.yaml`);
  const of = (wanted, name) => made.find(({ kind, metadata }) => kind === wanted && metadata.name === name);
  const { env, ports } = of('Deployment', 'latchkey').spec.template.spec.containers[0];
  assert.equal(env.find(({ name }) => name === 'LATCHKEY_METRICS_ADDR').value, ':9464');
  assert.deepEqual(ports.map(({ name }) => name), ['http', 'metrics']);
  assert.deepEqual(of('Service', 'latchkey').spec.ports.map(({ name }) => name), ['http']);
  const { spec, metadata } = of('Service', 'latchkey-metrics');
  assert.deepEqual([spec.clusterIP, spec.ports[0].targetPort], ['None', 'metrics']);
  const monitor = of('ServiceMonitor', 'latchkey').spec;
  for (const [name, value] of Object.entries(monitor.selector.matchLabels)) assert.equal(metadata.labels[name], value);
  assert.equal(of('PrometheusRule', 'latchkey').spec.groups[0].rules[0].alert, 'LatchkeyCredentialExpires');
  const rule = of('NetworkPolicy', 'latchkey').spec.ingress.find((rule) => rule.ports[0].port === 'metrics');
  assert.equal(rule.from.length, 1);
});

test('values that cannot work are rejected with their name', async () => {
  for (const [set, said] of [
    ['publicUrl=latchkey.example', /publicUrl/],
    ['publicURL=https://latchkey.example', /publicURL/],
    ['trustedProxies={ingress}', /trustedProxies/],
    ['settings.DATABASE_URL=postgres://x', /DATABASE_URL/],
    ['settings.LATCHKEY_OIDC_CLIENT_SECRET=x', /LATCHKEY_OIDC_CLIENT_SECRET/],
    ['files.LATCHKEY_EXTRA_CA_FILE.key=ca.crt', /LATCHKEY_EXTRA_CA_FILE/],
    ['image.digest=sha256:1', /digest/],
    ['database.pooler=session', /pooler/],
    ['ingress.enabled=true', /ingress\.host is needed/],
    ['firstAdmin.username=root', /firstAdmin\.secretName is needed/],
    ['backup.enabled=true', /backup\.clientImage is needed/],
    ['backup.schedule=daily', /schedule/],
    ['backup.keep=0', /keep/],
  ]) {
    await assert.rejects(helm('template', 'latchkey', chart, '--set', set), ({ stderr }) => said.test(stderr), set);
  }
});

test('release is installed, upgraded, rolled back and removed, and the Secrets stay', async () => {
  // The commands of docs/install-kubernetes.md, in another namespace: what waits for a node is left out.
  const page = readFileSync('docs/install-kubernetes.md', 'utf8');
  const [credentials, install] = [...page.matchAll(/-->\n```\n(.*?)```/gs)].map(([, block]) => block.replaceAll(/latchkey-\d+\.\d+\.\d+/g, `latchkey-${version}`));
  const [, documented] = /```yaml\n(.*?)```/s.exec(page);
  write(join(folder, 'values.yaml'), documented);
  await run('bash', ['-euo', 'pipefail', '-c', credentials], { cwd: folder });
  await run('bash', ['-euo', 'pipefail', '-c', install.split('\n').filter((line) => line.startsWith('helm')).join('\n')], { cwd: folder });
  const there = await kubectl('get', '--namespace=latchkey', 'secrets,deployments', '--output=name');
  for (const name of ['secret/latchkey-migration', 'secret/latchkey-key', 'deployment.apps/latchkey']) assert.ok(there.includes(name), there);
  await helm('uninstall', 'latchkey', '--namespace=latchkey');
  for (const [name, ...literals] of [
    ['latchkey-database', `url=${database}`],
    ['latchkey-key', `key-encryption-key=${KEK}`],
  ]) {
    await kubectl('create', '--namespace=portal', 'secret', 'generic', name, ...literals.map((literal) => `--from-literal=${literal}`));
  }
  const notes = await helm('install', 'latchkey', `${folder}/latchkey-${version}.tgz`, '--namespace=portal');
  for (const said of ['openssl rand -base64 32', 'rollout status deployment/latchkey', '/setup', 'port-forward']) assert.ok(notes.includes(said), notes);
  const upgraded = await helm('upgrade', 'latchkey', chart, '--namespace=portal', '--values', `${chart}/ci/all-values.yaml`, '--set', 'trustedProxies=null');
  assert.match(upgraded, /Sign in as root .*first-admin/);
  assert.match(upgraded, /Set trustedProxies/);
  await helm('rollback', 'latchkey', '1', '--namespace=portal');
  const names = async () => (await kubectl('get', '--namespace=portal', 'deployments,services,ingresses,networkpolicies,poddisruptionbudgets', '--output=name')).trim();
  assert.match(await names(), /^deployment.apps\/latchkey$/m);
  assert.doesNotMatch(await names(), /ingress\.networking/);
  await helm('uninstall', 'latchkey', '--namespace=portal');
  assert.equal(await names(), '');
  const secrets = await kubectl('get', '--namespace=portal', 'secrets', '--output=name');
  assert.match(secrets, /latchkey-key/);
});

/** Returns the folders of a container's volumes, as Kubernetes mounts them. Empty ones and claims stay between containers. */
async function volumesOf(pod, container) {
  const { fsGroup } = pod.securityContext;
  const mounts = {};
  for (const { name, mountPath } of container.volumeMounts) {
    const { secret } = pod.volumes.find((volume) => volume.name === name);
    if (!secret) {
      mounts[mountPath] = join(folder, 'volumes', name);
      mkdirSync(mounts[mountPath], { recursive: true });
      chownSync(mounts[mountPath], 0, fsGroup);
      chmodSync(mounts[mountPath], 0o2775);
      continue;
    }
    const stored = JSON.parse(await kubectl('get', '--namespace=portal', 'secret', secret.secretName, '--output=json'));
    const place = join(folder, 'volumes', name);
    for (const { key, path } of secret.items) {
      // fsGroup: files of root, which the group may read besides.
      const file = write(join(place, path), Buffer.from(stored.data[key], 'base64'), secret.defaultMode | 0o040);
      chownSync(file, 0, fsGroup);
    }
    mounts[mountPath] = place;
  }
  return mounts;
}

/** Runs one container of a pod as a node would: its variables, its user and groups, its volumes as Kubernetes mounts them. */
async function startContainer(bundle, pod, container, replaced) {
  const { runAsUser, runAsGroup, fsGroup } = pod.securityContext;
  const mounts = await volumesOf(pod, container);
  const env = { ...Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value])), ...replaced };
  return startInImage({ bundle, user: `${runAsUser}:${runAsGroup}`, groups: `${fsGroup}`, env, mounts, args: container.args });
}

test('pod migrates as the owner, serves as a role that cannot, gets ready, stores a secret and drains', async () => {
  // The statements of docs/install-kubernetes.md.
  const page = readFileSync('docs/install-kubernetes.md', 'utf8');
  const [roles, privileges] = [...page.matchAll(/```sql\n(.*?)```/gs)].map(([, block]) => block.replaceAll('…', 'secret'));
  for (const statement of roles.replace('DATABASE latchkey', 'DATABASE roles').split(';').filter((text) => text.trim())) await sql(statement, 'postgres');
  await sql(privileges, 'roles');
  const at = (role) => `postgres://${role}:secret@127.0.0.1:${database.port}/roles`;
  for (const [name, literal] of [
    ['db', `url=${at('latchkey_app')}`],
    ['db-owner', `url=${at('latchkey_owner')}`],
    ['kek', `key-encryption-key=${KEK}`],
    ['first-admin', `password=${ADMIN.password}`],
  ]) {
    await kubectl('create', '--namespace=portal', 'secret', 'generic', name, `--from-literal=${literal}`);
  }
  const values = {
    'database.secretName': 'db',
    'database.migrationSecretName': 'db-owner',
    'key.secretName': 'kek',
    'firstAdmin.username': ADMIN.username,
    'firstAdmin.secretName': 'first-admin',
    publicUrl: 'http://latchkey.example',
    drainSeconds: 2,
  };
  const made = await objects('--set', Object.entries(values).map(([name, value]) => `${name}=${value}`).join(','));
  const { spec: pod } = made.find(({ kind }) => kind === 'Deployment').spec.template;
  const [server] = pod.containers;
  const bundle = await unpackedImage();

  const migration = await startContainer(bundle, pod, pod.initContainers[0], {});
  assert.equal(await migration.ended, 0, migration.said());
  assert.equal(server.env.find(({ name }) => name === 'LATCHKEY_ADDR').value, `:${server.ports[0].containerPort}`);
  const addr = `127.0.0.1:${await freePort()}`;
  const running = await startContainer(bundle, pod, server, { LATCHKEY_ADDR: addr });
  const probe = async ({ httpGet }) => (await fetch(`http://${addr}${httpGet.path}`)).status;
  await until('readiness', async () => (await probe(server.readinessProbe)) === 200).catch((error) => assert.fail(`${error}\n${running.said()}`));
  assert.equal(await probe(server.livenessProbe), 200);

  // Node sends no other Host than the address, and the portal answers its public one alone.
  assert.equal((await fetch(`http://${addr}/sign-in`, { redirect: 'manual' })).status >= 300, true);
  const curl = (...args) => run('curl', ['--silent', '--show-error', '--connect-to', `latchkey.example:80:${addr}`, ...args]);
  const jar = join(folder, 'cookies');
  const signedIn = await curl('--cookie-jar', jar, '--data-urlencode', `username=${ADMIN.username}`, '--data-urlencode', `password=${ADMIN.password}`, '--write-out', '%{http_code}', '--output', '/dev/null', 'http://latchkey.example/sign-in');
  assert.equal(signedIn, '303');
  const fields = { type: 'image-pull', name: 'in-the-pod', registry_host: 'registry.example', username: 'robot', password: 'made up' };
  const added = await curl('--cookie', jar, ...Object.entries(fields).flatMap(([name, value]) => ['--data-urlencode', `${name}=${value}`]), '--write-out', '%{http_code}', '--output', '/dev/null', 'http://latchkey.example/secrets/new');
  assert.equal(added, '303');
  assert.match(await curl('--cookie', jar, 'http://latchkey.example/secrets'), /in-the-pod/);

  const stopped = Date.now();
  running.terminate();
  await until('the drain', async () => (await probe(server.readinessProbe)) === 503);
  assert.equal(await probe(server.livenessProbe), 200);
  assert.equal(await running.ended, 0, running.said());
  const seconds = (Date.now() - stopped) / 1000;
  assert.ok(seconds >= 2 && seconds < pod.terminationGracePeriodSeconds - 20, `${seconds} s`);
});

test('CronJob backs up into its volume, with the program of the portal and the tools of another image', async () => {
  // After the pod before, whose database it is. Verified by a role that may create a scratch database.
  await sql('ALTER ROLE latchkey_owner CREATEDB', 'postgres');
  const values = {
    'database.secretName': 'db',
    'database.migrationSecretName': 'db-owner',
    'key.secretName': 'kek',
    'backup.enabled': true,
    'backup.verify': true,
    'backup.keep': 3,
    'backup.clientImage': 'docker.io/library/postgres:17',
  };
  const made = await objects('--set', Object.entries(values).map(([name, value]) => `${name}=${value}`).join(','));
  const job = made.find(({ kind }) => kind === 'CronJob');
  const pod = podOf(job);
  assert.equal(made.find(({ kind }) => kind === 'PersistentVolumeClaim').metadata.name, 'latchkey-backup');
  const [program] = pod.initContainers;
  const [backup] = pod.containers;
  const copied = await startContainer(await unpackedImage(), pod, program, {});
  assert.equal(await copied.ended, 0, copied.said());
  // This machine stands for the image with PostgreSQL's tools; the volumes are in another place here.
  const mounts = Object.entries(await volumesOf(pod, backup)).sort(([one], [other]) => other.length - one.length);
  const here = (text) => {
    const [mountPath, place] = mounts.find(([path]) => text === path || text.startsWith(`${path}/`)) ?? ['', ''];
    return place + text.slice(mountPath.length);
  };
  const { runAsUser, runAsGroup, fsGroup } = pod.securityContext;
  const again = async () => {
    const running = start(
      'setpriv',
      [`--reuid=${runAsUser}`, `--regid=${runAsGroup}`, `--groups=${fsGroup}`, '--no-new-privs', ...[...backup.command, ...backup.args].map(here)],
      { env: { PATH: '/usr/bin:/bin', TMPDIR: here('/tmp'), ...Object.fromEntries(backup.env.map(({ name, value }) => [name, here(value)])) } },
    );
    assert.equal(await running.ended, 0, running.said());
    return running.said();
  };
  const said = await again();
  assert.match(said, /1 secrets?, schema/);
  assert.match(said, /verified: /);
  const [file, ...others] = readdirSync(here('/backups'));
  assert.match(file, /^latchkey-\d{8}T\d{6}Z\.tar$/);
  assert.deepEqual(others, []);
  const manifest = JSON.parse(await run('tar', ['-xOf', join(here('/backups'), file), 'manifest.json']));
  assert.equal(manifest.tables.secrets, 1);
});
