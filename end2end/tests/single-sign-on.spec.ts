import { createHmac } from 'node:crypto';
import { type Page } from '@playwright/test';
import type { MutableToken, OAuth2Server } from 'oauth2-mock-server';
import { ADMIN } from '../server.mjs';
import { expect, expectHeading, expectList, expectOverview, field, open, test as base, unique } from '../support/fixtures.js';
import { signIn } from '../support/people.js';
import { freePort } from '../support/own-portal.js';
import { CLIENT_SECRET, Portal, RealProvider, spoiltProvider } from '../support/provider.js';
import { NOBODY } from '../support/session.js';

interface Real {
  provider: RealProvider;
  portal: Portal;
}

interface Spoilt {
  provider: OAuth2Server;
  portal: Portal;
}

const test = base.extend<object, { real: Real; spoilt: Spoilt }>({
  real: [
    async ({}, use) => {
      const provider = await RealProvider.start();
      const portal = await Portal.start(provider.issuer, provider.portalPort);
      await use({ provider, portal });
      await portal.stop();
      await provider.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  spoilt: [
    async ({}, use) => {
      const provider = await spoiltProvider();
      const settings = {
        LATCHKEY_PASSWORD_SIGN_IN: 'off',
        LATCHKEY_ADMIN_USER: undefined,
        LATCHKEY_ADMIN_PASSWORD: undefined,
        // Nothing listens there: a proxy from the environment is not used.
        HTTP_PROXY: 'http://127.0.0.1:9',
        http_proxy: 'http://127.0.0.1:9',
        ALL_PROXY: 'http://127.0.0.1:9',
      };
      const portal = await Portal.start(provider.issuer.url ?? '', await freePort(), settings);
      await use({ provider, portal });
      await portal.stop();
      await provider.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
});

test.use({ storageState: NOBODY });

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** Goes from the portal's page to the provider's, and signs in there as this person. */
async function logIn(page: Page, login: string): Promise<void> {
  await page.getByRole('link', { name: 'Continue with 127.0.0.1' }).click();
  await expect(page.getByRole('heading', { name: 'The provider' })).toBeVisible();
  await page.getByLabel('Login').fill(login);
  await page.getByRole('button', { name: 'Log in' }).click();
}

test.describe('at a real provider', () => {
  test('sign-in returns to the requested page, with the rights of the groups', async ({ page, real }) => {
    const login = unique('ana');
    real.provider.groups.set(login, ['staff', 'platform']);
    await open(page, `${real.portal.address}/secrets?q=some+words`);
    await expectHeading(page, 'Sign in');
    await logIn(page, login);
    await expectHeading(page, 'Secrets');
    await expect(page).toHaveURL(`${real.portal.address}/secrets?q=some+words`);
    await expect(page.getByRole('link', { name: 'Add', exact: true })).toBeVisible();
    await expect(page.getByText(login)).toBeVisible();

    await open(page, `${real.portal.address}/account`);
    await expect(page.getByText(`Signed in as ${login} (Editor:`)).toBeVisible();
    await expect(page.getByText(`You sign in at ${real.provider.issuer}`)).toBeVisible();
    await expect(field(page, 'Current password')).toHaveCount(0);
  });

  test('the role follows the groups at the next sign-in, and other sessions end', async ({ page, real, browser, hydrated }) => {
    const login = unique('ben');
    real.provider.groups.set(login, ['platform']);
    await open(page, real.portal.address);
    await logIn(page, login);
    await expectOverview(page);
    real.provider.groups.set(login, ['staff']);
    const elsewhere = await browser.newContext({ storageState: NOBODY, javaScriptEnabled: hydrated });
    const other = await elsewhere.newPage();
    await open(other, real.portal.address);
    await logIn(other, login);
    await expectOverview(other);
    await expect(other.getByRole('link', { name: 'Add', exact: true })).toHaveCount(0);
    await open(page, `${real.portal.address}/secrets`);
    await expectHeading(page, 'Sign in');
    await elsewhere.close();
  });

  test('two tabs sign in at once', async ({ page, real, context }) => {
    const login = unique('tabs');
    real.provider.groups.set(login, ['staff']);
    const other = await context.newPage();
    for (const tab of [page, other]) {
      await open(tab, real.portal.address);
      await tab.getByRole('link', { name: 'Continue with 127.0.0.1' }).click();
      await expect(tab.getByRole('heading', { name: 'The provider' })).toBeVisible();
    }
    for (const tab of [page, other]) {
      await tab.getByLabel('Login').fill(login);
      await tab.getByRole('button', { name: 'Log in' }).click();
      await expectOverview(tab);
    }
  });

  test('a risky token requires a fresh sign-in at the provider', async ({ page, real, faults }) => {
    faults.allowStatus(403);
    const login = unique('fresh');
    real.provider.groups.set(login, ['platform']);
    await open(page, real.portal.address);
    await logIn(page, login);
    await expectOverview(page);
    await open(page, `${real.portal.address}/tokens/new`);
    await expect(field(page, 'Current password')).toHaveCount(0);
    await page.getByRole('link', { name: 'Sign in again' }).click();
    await expect(page.getByRole('heading', { name: 'The provider' })).toBeVisible();
    await page.getByLabel('Login').fill(login);
    await page.getByRole('button', { name: 'Log in' }).click();
    await expectHeading(page, 'Add token');
    await field(page, 'Name').fill('cluster');
    await field(page, 'Scope').selectOption('read-values');
    await page.getByRole('button', { name: 'Create token' }).click();
    await expectHeading(page, 'Token created');
  });

  test('a person in none of the groups is shown whom to ask', async ({ page, real, faults }) => {
    faults.allowStatus(403);
    await open(page, `${real.portal.address}/tokens`);
    await logIn(page, unique('eve'));
    await expectHeading(page, 'Sign in');
    await expect(page.getByRole('alert')).toContainText('None of your groups has access to this portal.');
    await open(page, `${real.portal.address}/tokens`);
    await expectHeading(page, 'Sign in');
  });

  test('a rejection by the provider is shown', async ({ page, real, faults }) => {
    faults.allowStatus(403);
    await open(page, `${real.portal.address}/tokens`);
    await page.getByRole('link', { name: 'Continue with 127.0.0.1' }).click();
    await page.getByRole('button', { name: 'Refuse' }).click();
    await expect(page.getByRole('alert')).toContainText("You weren't signed in: it was cancelled");
  });

  test('a name does not take over a user', async ({ page, real }) => {
    const login = unique('mallory');
    real.provider.groups.set(login, ['platform-admins']);
    real.provider.names.set(login, ADMIN.username);
    await open(page, real.portal.address);
    await logIn(page, login);
    await expectOverview(page);
    await open(page, `${real.portal.address}/account`);
    await expect(page.getByText(/Signed in as (admin@127\.0\.0\.1|user-[0-9a-f]{16}) \(Admin:/)).toBeVisible();
  });

  test('an administrator sees who signs in at the provider, without local actions', async ({ page, real }) => {
    const login = unique('cara');
    real.provider.groups.set(login, ['staff']);
    await open(page, real.portal.address);
    await logIn(page, login);
    await expectOverview(page);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(page, ADMIN);
    await open(page, `${real.portal.address}/users/${login}`);
    await expect(page.getByText(`This user signs in at ${real.provider.issuer}.`)).toBeVisible();
    await expect(page.getByRole('link', { name: 'Reset password' })).toHaveCount(0);
    await expect(page.getByRole('link', { name: 'Disable user' })).toBeVisible();
  });

  test('an answer without its beginning, or repeated, signs nobody in', async ({ page, real, context, faults }) => {
    faults.allowStatus(400);
    const login = unique('dan');
    real.provider.groups.set(login, ['staff']);
    const answers: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/return?')) answers.push(request.url());
    });
    await open(page, real.portal.address);
    await logIn(page, login);
    await expectOverview(page);
    const [answer = ''] = answers;
    expect(answer).toContain('code=');
    await context.clearCookies();
    await page.goto(answer);
    await expect(page.getByRole('alert')).toContainText('Signing in took too long, or was started in another window.');
    await open(page, `${real.portal.address}/secrets`);
    await expectHeading(page, 'Sign in');
  });

  test('the client secret appears nowhere', async ({ page, real }) => {
    const login = unique('finn');
    real.provider.groups.set(login, ['staff']);
    const seen: string[] = [];
    page.on('request', (request) => seen.push(request.url()));
    await open(page, real.portal.address);
    await logIn(page, login);
    await expectOverview(page);
    seen.push(await page.content(), real.portal.log());
    const basic = Buffer.from(`latchkey:${CLIENT_SECRET}`).toString('base64').slice(12, -4);
    const codes = seen.map((text) => /return\?code=([^&\s]+)/.exec(text)?.[1]).filter((code) => code !== undefined);
    expect(codes.length, 'the code is in an address').toBeGreaterThan(0);
    for (const text of seen) {
      expect(text).not.toContain(CLIENT_SECRET);
      expect(text).not.toContain(basic);
    }
    for (const code of codes) expect(real.portal.log()).not.toContain(code);
  });
});

test.describe('single sign-on only', () => {
  async function comeBack(page: Page, spoilt: Spoilt): Promise<void> {
    await open(page, `${spoilt.portal.address}/secrets`);
    await page.getByRole('link', { name: 'Continue with 127.0.0.1' }).click();
  }

  /** Changes the next ID token, and only that, before it is signed. */
  function spoil(spoilt: Spoilt, change: (token: MutableToken) => void): void {
    const issuer = spoilt.provider.service;
    const once = (token: MutableToken) => {
      if (token.payload.aud === undefined) return;
      token.payload['groups'] = ['staff'];
      change(token);
    };
    issuer.removeAllListeners('beforeTokenSigning');
    issuer.on('beforeTokenSigning', once);
  }

  test('the sign-in page has no password form', async ({ page, spoilt }) => {
    await open(page, `${spoilt.portal.address}/sign-in`);
    await expect(page.getByRole('link', { name: 'Continue with 127.0.0.1' })).toBeVisible();
    await expect(field(page, 'Password')).toHaveCount(0);
    await expect(page.getByRole('alert')).toHaveCount(0);
  });

  test('a valid token signs in', async ({ page, spoilt }) => {
    spoil(spoilt, () => undefined);
    await comeBack(page, spoilt);
    await expectList(page);
  });

  const now = () => Math.floor(Date.now() / 1000);
  const BAD: Record<string, (token: MutableToken) => void> = {
    'of another issuer': ({ payload }) => (payload.iss = 'http://127.0.0.1:1'),
    'for another audience': ({ payload }) => (payload.aud = 'another-client'),
    'for others too': ({ payload }) => (payload.aud = ['latchkey', 'another-client']),
    'that has expired': ({ payload }) => (payload.exp = now() - 65),
    'of another sign-in': ({ payload }) => (payload['nonce'] = 'another'),
    'without a nonce': ({ payload }) => delete payload['nonce'],
    'without a subject': ({ payload }) => delete payload.sub,
    'by a key that nobody shows': ({ header }) => (header.kid = 'nobody'),
  };

  for (const [what, change] of Object.entries(BAD)) {
    test(`a token ${what} signs nobody in`, async ({ page, spoilt, faults }) => {
      faults.allowStatus(502);
      spoil(spoilt, change);
      await comeBack(page, spoilt);
      await expectHeading(page, 'Sign in');
      await expect(page.getByRole('alert')).toContainText("couldn't be verified, so you weren't signed in");
      await open(page, `${spoilt.portal.address}/secrets`);
      await expectHeading(page, 'Sign in');
    });
  }

  /** Tokens with the same claims and another signature. */
  const FORGED: Record<string, (head: string, claims: string, signature: string) => string> = {
    'whose signature was changed': (head, claims, signature) =>
      `${head}.${claims}.${signature.slice(0, 9)}${signature[9] === 'A' ? 'B' : 'A'}${signature.slice(10)}`,
    'whose claims were changed': (head, claims, signature) => {
      const payload = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>;
      return `${head}.${encoded({ ...payload, groups: ['platform-admins'] })}.${signature}`;
    },
    'that says it is not signed': (_, claims) => `${encoded({ alg: 'none', typ: 'JWT' })}.${claims}.`,
    'signed by the secret that portal and provider share': (_, claims) => {
      const signed = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${claims}`;
      return `${signed}.${createHmac('sha256', CLIENT_SECRET).update(signed).digest('base64url')}`;
    },
  };

  for (const [what, forge] of Object.entries(FORGED)) {
    test(`a token ${what} signs nobody in`, async ({ page, spoilt, faults }) => {
      faults.allowStatus(502);
      spoil(spoilt, () => undefined);
      spoilt.provider.service.once('beforeResponse', (answer) => {
        const body = answer.body as Record<string, unknown>;
        const [head = '', claims = '', signature = ''] = String(body['id_token']).split('.');
        body['id_token'] = forge(head, claims, signature);
      });
      await comeBack(page, spoilt);
      await expect(page.getByRole('alert')).toContainText("couldn't be verified");
      await open(page, `${spoilt.portal.address}/secrets`);
      await expectHeading(page, 'Sign in');
    });
  }

  test('a provider that rejects the portal is logged', async ({ page, spoilt, faults }) => {
    faults.allowStatus(502);
    spoilt.provider.service.once('beforeResponse', (answer) => {
      answer.statusCode = 401;
      answer.body = { error: 'invalid_client' };
    });
    await comeBack(page, spoilt);
    await expect(page.getByRole('alert')).toContainText('Single sign-on is misconfigured.');
    expect(spoilt.portal.log()).toContain('invalid_client');
  });

  test('an answer to another sign-in signs nobody in', async ({ page, spoilt, faults }) => {
    faults.allowStatus(400);
    spoilt.provider.service.once('beforeAuthorizeRedirect', ({ url }) => url.searchParams.set('state', 'another'));
    await comeBack(page, spoilt);
    await expect(page.getByRole('alert')).toContainText('started in another window');
  });
});

test('an unreachable provider is reported, and passwords still work', async ({ page, faults }) => {
  faults.allowStatus(503);
  const portal = await Portal.start('http://127.0.0.1:9', await freePort());
  try {
    await open(page, `${portal.address}/tokens`);
    await page.getByRole('link', { name: 'Continue with 127.0.0.1' }).click();
    await expect(page.getByRole('alert')).toContainText("isn't responding");
    await signIn(page, ADMIN);
    await expectHeading(page, 'Tokens');
  } finally {
    await portal.stop();
  }
});
