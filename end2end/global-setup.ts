// Runs before all specs: stores the session that they use, and the secrets that the specs of the list page
// through.

import type { FullConfig } from '@playwright/test';
import { writeFileSync } from 'node:fs';
import { signIn } from './server.mjs';
import { ask } from './support/database.js';
import { privateKey } from './support/keys.js';
import { sessionFile } from './support/session.js';
import { STEPS } from './support/walk.js';

export default async function globalSetup(config: FullConfig): Promise<void> {
  const address = config.projects[0]?.use.baseURL ?? '';
  // Nothing here has to outlive the run, so nothing waits for the disk. On a busy machine a commit takes
  // seconds, whoever waits for it rightly gets 503, and an unrelated test fails.
  ask('ALTER SYSTEM SET fsync = off');
  ask('ALTER SYSTEM SET full_page_writes = off');
  ask('SELECT pg_reload_conf()');
  const cookie = await signIn(address);
  const [name = '', value = ''] = cookie.split('=');
  const session = { name, value, domain: '127.0.0.1', path: '/', expires: -1, httpOnly: true, secure: false, sameSite: 'Lax' };
  writeFileSync(sessionFile(), JSON.stringify({ cookies: [session], origins: [] }));
  for (const step of STEPS) {
    const value: Record<string, string> =
      step.type === 'git-dataset' ? { secret: privateKey() } : { username: 'robot', password: 'correct horse' };
    const body = new URLSearchParams({ allow_duplicate: 'on', ...value, ...step });
    const answer = await fetch(`${address}/secrets/new`, { method: 'POST', body, headers: { cookie }, redirect: 'manual' });
    if (answer.status !== 303) throw new Error(`adding ${step.name} was answered with ${answer.status}`);
  }
}
