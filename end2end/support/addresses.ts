import type { Secrets } from './fixtures.js';
import { WALK } from './walk.js';

/** Returns the addresses of all pages that can be opened, with a secret of each type. */
export async function addresses(secrets: Secrets): Promise<string[]> {
  const [key, account] = [await secrets.git(), await secrets.image({ registry_host: 'registry.a-long-host-name.example:5000/group' })];
  await secrets.remove(await secrets.image());
  await secrets.change(account, { registry_host: 'registry.example', username: 'other', version: '1', password: 'another' });
  const ofSecret = ['', '/edit', '/check', '/delete', '/versions'];
  const ofVersion = ['rollback', 'destroy'];
  return [
    '/',
    '/search?q=a',
    '/secrets',
    `/secrets?q=${WALK}&type=image-pull&status=not-tested&unused=30`,
    '/secrets?q=no-such-thing',
    '/secrets/new',
    '/secrets/new?type=image-pull',
    '/secrets/import',
    '/secrets/deleted',
    ...ofSecret.flatMap((part) => [key.page + part, account.page + part]),
    ...ofVersion.map((part) => `${account.page}/${part}?from=secret&version=1`),
    `${key.page}/key`,
    `/secrets/selected/delete?id=${key.id}&id=${account.id}`,
    `/secrets/selected/manifests?id=${key.id}&id=${account.id}`,
    '/images',
    '/images/new',
    '/datasets',
    '/datasets/new',
    '/tokens',
    '/tokens?of=everybody',
    '/tokens/new',
    '/users',
    '/users/new',
    '/users/admin',
    '/users/admin/password-link',
    '/account',
    '/account/notifications',
    '/account/sessions/end-others',
    '/notifications',
    '/notifications/channels/new',
    '/notifications/rules/new',
    '/notifications/deliveries',
    '/audit',
    '/help',
    '/help/registries',
    '/api/docs',
    '/help/readme',
    '/help/before-you-begin',
    '/system',
    '/nowhere',
  ];
}
