// The pages of an import in every state that looks different.

import { expect } from '@playwright/test';
import { expectHeading, open } from './fixtures.js';
import { beginImport, dockerConfig } from './imports.js';
import type { Place } from './place.js';

export const IMPORT_PLACES: Place[] = [
  {
    what: 'Import',
    async go(page) {
      await open(page, '/secrets/import');
      await page.getByText('What can be imported?').click();
    },
  },
  {
    what: 'Import, refused',
    status: 422,
    async go(page) {
      await open(page, '/secrets/import');
      await page.getByRole('button', { name: 'Continue' }).click();
      await expect(page.getByRole('alert')).toBeVisible();
    },
  },
  {
    what: 'what was found, with a bad name',
    status: 422,
    async go(page) {
      const long = `${'long-'.repeat(11)}x.example.org`;
      await beginImport(page, dockerConfig({ [long]: `${'u'.repeat(120)}:p`, 'docker.io': 'a:p', 'index.docker.io': 'b:p', 'ghcr.io': '', 'quay.io/a/b': 'c:p' }));
      await page.locator('#name-1').fill('Not A Name');
      await page.getByRole('button', { name: 'Import selected' }).click();
      await expect(page.locator('#name-1-error')).toBeVisible();
    },
  },
  {
    what: 'an import that is over',
    status: 404,
    async go(page) {
      await open(page, '/secrets/import/00000000-0000-4000-8000-000000000000');
      await expectHeading(page, 'This import has ended');
    },
  },
];
