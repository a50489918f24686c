// A portal that no other test uses.

import { createServer, type AddressInfo } from 'node:net';
import { rmSync } from 'node:fs';
import type { BrowserContext } from '@playwright/test';
import { newFolder, ready, signIn, start } from '../server.mjs';

/** Returns a port that nothing listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** An empty portal with its administrator. */
export class OwnPortal {
  private constructor(
    readonly address: string,
    private readonly session: string,
    private readonly folder: string,
    private readonly running: ReturnType<typeof start>,
  ) {}

  static async start(settings: (address: string) => Record<string, string> = () => ({})): Promise<OwnPortal> {
    const folder = newFolder();
    const addr = `127.0.0.1:${await freePort()}`;
    const address = `http://${addr}`;
    const running = start({ folder, addr, settings: settings(address) });
    await ready(address);
    const session = (await signIn(address)).split('=')[1] ?? '';
    return new OwnPortal(address, session, folder, running);
  }

  /** Signs a browser in. Cookies are shared across ports: this one replaces the other portal's. */
  async signIn(context: BrowserContext): Promise<void> {
    await context.addCookies([{ name: 'latchkey_session', value: this.session, domain: '127.0.0.1', path: '/', httpOnly: true, sameSite: 'Lax' }]);
  }

  /** Stops it, and returns its exit code. */
  async stop(): Promise<unknown> {
    const code = await this.running.stop();
    rmSync(this.folder, { recursive: true, force: true });
    return code;
  }
}
