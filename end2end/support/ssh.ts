import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A key that `ssh-keygen` made for one test; it opens nothing. */
export interface SshKey {
  private: string;
  public: string;
  /** The fingerprint as `ssh-keygen -lf` prints it. */
  fingerprint: string;
}

/** Makes a key, protected by the passphrase if there is one. */
export function sshKey(comment: string, passphrase = ''): SshKey {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-key-'));
  const file = join(folder, 'key');
  try {
    keygen(['-q', '-t', 'ed25519', '-N', passphrase, '-C', comment, '-f', file]);
    const [, fingerprint = ''] = keygen(['-lf', `${file}.pub`]).split(' ');
    return { private: readFileSync(file, 'utf8'), public: readFileSync(`${file}.pub`, 'utf8').trimEnd(), fingerprint };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Returns the secret lines of an Ed25519 key file: the last ones, without the comment. */
export function secretPart(key: SshKey): string[] {
  const lines = key.private.split('\n').filter((line) => line !== '' && !line.startsWith('-----'));
  return lines.slice(3, 4);
}

function keygen(words: string[]): string {
  try {
    return execFileSync('ssh-keygen', words, { encoding: 'utf8' });
  } catch (error) {
    throw new Error('ssh-keygen did not do it: apt-get install openssh-client', { cause: error });
  }
}
