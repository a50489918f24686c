// Real peers for connection tests, on loopback: Debian's docker-registry and openssh-server.

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './own-portal.js';

export const ACCOUNT = { username: 'robot', password: 'correct horse' };

async function answers(port: number): Promise<void> {
  for (let left = 200; left > 0; left -= 1) {
    const there = await new Promise<boolean>((done) => {
      const socket = connect(port, '127.0.0.1', () => done(true)).on('error', () => done(false));
      socket.on('connect', () => socket.destroy());
    });
    if (there) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`nothing answers at port ${port}`);
}

/** A program that ends with the tests, in a folder that is deleted with it. */
export interface Peer {
  port: number;
  folder: string;
  stop(): void;
}

function run(program: string, args: string[], cwd: string): string {
  return execFileSync(program, args, { cwd, encoding: 'utf8' });
}

async function started(folder: string, port: number, program: string, args: string[]): Promise<Peer> {
  const child: ChildProcess = spawn(program, args, { cwd: folder, stdio: 'ignore' });
  await answers(port);
  return {
    port,
    folder,
    stop() {
      child.kill('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Starts a registry that accepts this account. */
export async function registry(): Promise<Peer> {
  const [folder, port] = [mkdtempSync(join(tmpdir(), 'latchkey-registry-')), await freePort()];
  writeFileSync(join(folder, 'htpasswd'), run('htpasswd', ['-Bbn', '-C', '5', ACCOUNT.username, ACCOUNT.password], folder));
  const config = {
    version: 0.1,
    storage: { filesystem: { rootdirectory: join(folder, 'storage') } },
    http: { addr: `127.0.0.1:${port}`, secret: 'tests' },
    auth: { htpasswd: { realm: 'tests', path: join(folder, 'htpasswd') } },
  };
  writeFileSync(join(folder, 'config.yml'), JSON.stringify(config));
  return started(folder, port, 'docker-registry', ['serve', 'config.yml']);
}

/** An SSH server with one empty repository, and the key that reads it. */
export interface GitPeer extends Peer {
  repository: string;
  key: string;
  fingerprint: string;
  /** Type and key, as at the end of a line of known hosts. */
  hostKey: string;
  /** A file of known hosts with this key. */
  knownHosts: string;
  /** Also accepts whoever has the private half of this key. */
  letIn(publicKey: string): void;
}

export async function gitServer(): Promise<GitPeer> {
  const [folder, port] = [mkdtempSync(join(tmpdir(), 'latchkey-git-')), await freePort()];
  const user = run('id', ['-un'], folder).trim();
  for (const file of ['host', 'key']) run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file], folder);
  run('git', ['init', '-q', '--bare', 'repo.git'], folder);
  const command = 'restrict,command="git-shell -c \\"$SSH_ORIGINAL_COMMAND\\""';
  const letIn = (key: string) => appendFileSync(join(folder, 'authorized_keys'), `${command} ${key.trim()}\n`);
  letIn(readFileSync(join(folder, 'key.pub'), 'utf8'));
  mkdirSync('/run/sshd', { recursive: true });
  const config = [
    `ListenAddress 127.0.0.1:${port}`,
    `HostKey ${folder}/host`,
    `AuthorizedKeysFile ${folder}/authorized_keys`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin forced-commands-only',
  ];
  writeFileSync(join(folder, 'sshd_config'), `${config.join('\n')}\n`);
  const peer = await started(folder, port, '/usr/sbin/sshd', ['-D', '-f', join(folder, 'sshd_config')]);
  return {
    ...peer,
    repository: `ssh://${user}@127.0.0.1:${port}${folder}/repo.git`,
    key: readFileSync(join(folder, 'key'), 'utf8'),
    hostKey: readFileSync(join(folder, 'host.pub'), 'utf8').trim(),
    letIn,
    knownHosts: `[127.0.0.1]:${port} ${readFileSync(join(folder, 'host.pub'), 'utf8').trim()}\n`,
    fingerprint: run('ssh-keygen', ['-lf', 'host.pub'], folder).split(' ')[1] ?? '',
  };
}

/** A host that accepts connections and says nothing, until it is released: from then on it closes each at once. */
export async function silentHost(): Promise<{ port: number; release(): void; stop(): void }> {
  const open = new Set<Socket>();
  let silent = true;
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    if (!silent) socket.destroy();
    else open.add(socket);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const release = () => {
    silent = false;
    for (const socket of open) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    release,
    stop() {
      release();
      server.close();
    },
  };
}
