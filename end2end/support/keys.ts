import { generateKeyPairSync, randomBytes } from 'node:crypto';

/** Returns a private key that was made for this run and opens nothing. */
export function privateKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return privateKey.export({ type: 'sec1', format: 'pem' }).toString();
}

/** Returns the public half, which people paste by mistake. */
export function publicKey(): string {
  const length = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  const body = Buffer.concat([length(Buffer.from('ssh-ed25519')), length(randomBytes(32))]);
  return `ssh-ed25519 ${body.toString('base64')} someone@example.org\n`;
}

/** Returns the lines between the armour. */
export function keyBody(pem: string): string[] {
  return pem.split('\n').filter((line) => line !== '' && !line.startsWith('-----'));
}
