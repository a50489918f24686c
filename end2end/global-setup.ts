// Before all specs: the secrets that the specs of the list walk through.

import type { FullConfig } from '@playwright/test';
import { privateKey } from './support/keys.js';
import { STEPS } from './support/walk.js';

export default async function globalSetup(config: FullConfig): Promise<void> {
  const address = config.projects[0]?.use.baseURL ?? '';
  for (const step of STEPS) {
    const value: Record<string, string> =
      step.type === 'git-dataset' ? { secret: privateKey() } : { username: 'robot', password: 'correct horse' };
    const body = new URLSearchParams({ ...value, ...step });
    const answer = await fetch(`${address}/secrets/new`, { method: 'POST', body, redirect: 'manual' });
    if (answer.status !== 303) throw new Error(`adding ${step.name} was answered with ${answer.status}`);
  }
}
