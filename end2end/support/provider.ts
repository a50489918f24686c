// Identity providers on this machine: a real one, and one whose tokens a test can spoil.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { readFileSync, rmSync } from 'node:fs';
import { OAuth2Server } from 'oauth2-mock-server';
import Provider from 'oidc-provider';
import { newFolder, ready, start } from '../server.mjs';
import { freePort } from './own-portal.js';

export const CLIENT_SECRET = 'PLANTED-client-secret-51c0a7';

const RETURN = '/sign-in/single-sign-on/return';

/** A portal of its own whose users sign in at this issuer. */
export class Portal {
  private constructor(
    readonly address: string,
    readonly folder: string,
    private readonly running: ReturnType<typeof start>,
  ) {}

  static async start(issuer: string, port: number, settings: Record<string, string | undefined> = {}): Promise<Portal> {
    const folder = newFolder();
    const running = start({
      folder,
      addr: `127.0.0.1:${port}`,
      settings: {
        LATCHKEY_OIDC_ISSUER: issuer,
        LATCHKEY_OIDC_CLIENT_ID: 'latchkey',
        LATCHKEY_OIDC_CLIENT_SECRET: CLIENT_SECRET,
        LATCHKEY_OIDC_ADMIN_GROUP: 'platform-admins',
        LATCHKEY_OIDC_EDITOR_GROUP: 'platform',
        LATCHKEY_OIDC_READER_GROUP: 'staff',
        ...settings,
      },
    });
    const address = `http://127.0.0.1:${port}`;
    await ready(address);
    return new Portal(address, folder, running);
  }

  log(): string {
    return readFileSync(join(this.folder, 'server.log'), 'utf8');
  }

  async stop(): Promise<void> {
    await this.running.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A certified provider. Whoever signs in there enters a name, which is also the subject; the test sets the groups. */
export class RealProvider {
  readonly groups = new Map<string, string[]>();
  readonly names = new Map<string, string>();

  private constructor(
    readonly issuer: string,
    readonly portalPort: number,
    private readonly server: Server,
  ) {}

  static async start(): Promise<RealProvider> {
    const portalPort = await freePort();
    const port = await freePort();
    const issuer = `http://127.0.0.1:${port}`;
    const server = createServer();
    const real = new RealProvider(issuer, portalPort, server);
    const scopes = 'openid profile email groups';
    const provider = new Provider(issuer, {
      clients: [
        {
          client_id: 'latchkey',
          client_secret: CLIENT_SECRET,
          redirect_uris: [`http://127.0.0.1:${portalPort}${RETURN}`],
          grant_types: ['authorization_code'],
          response_types: ['code'],
        },
      ],
      pkce: { required: () => true },
      scopes: scopes.split(' '),
      claims: { openid: ['sub'], profile: ['preferred_username'], email: ['email'], groups: ['groups'] },
      cookies: { keys: ['for tests alone'] },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_, interaction) => `/login/${interaction.uid}` },
      findAccount: (_, id) => ({
        accountId: id,
        claims: () => ({
          sub: id,
          preferred_username: real.names.get(id) ?? id,
          email: `${id}@people.example`,
          groups: real.groups.get(id) ?? [],
        }),
      }),
      async loadExistingGrant({ oidc }) {
        const grant = new oidc.provider.Grant({ clientId: oidc.client?.clientId, accountId: oidc.session?.accountId });
        grant.addOIDCScope(scopes);
        await grant.save();
        return grant;
      },
    });
    const answer = provider.callback();
    server.on('request', (request, response) => {
      if (request.url?.startsWith('/login/')) void logIn(provider, request, response);
      else void answer(request, response);
    });
    await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
    return real;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}

/** Serves the provider's own page, which asks for a name, or denies. */
async function logIn(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'GET') {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(
      '<!DOCTYPE html><html lang="en"><title>Provider</title><link rel="icon" href="data:,"><h1>The provider</h1>' +
        '<form method="post"><label>Login <input name="login"></label><button>Log in</button>' +
        '<button name="refuse" value="yes">Refuse</button></form></html>',
    );
    return;
  }
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const form = new URLSearchParams(Buffer.concat(pieces).toString());
  const result = form.has('refuse')
    ? { error: 'access_denied', error_description: 'refused at the provider' }
    : { login: { accountId: form.get('login') ?? '' } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

/** Starts a provider that accepts everybody, and whose tokens a test can spoil. Its subject is always `johndoe`. */
export async function spoiltProvider(): Promise<OAuth2Server> {
  const server = new OAuth2Server();
  await server.issuer.keys.generate('RS256');
  await server.start(0, '127.0.0.1');
  server.issuer.url = `http://127.0.0.1:${server.address().port}`;
  return server;
}

