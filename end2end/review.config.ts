// Pictures of every page, to be looked at: `npm --prefix end2end run review`, into end2end/pictures.

import { defineConfig } from '@playwright/test';
import config from './playwright.config.js';

export default defineConfig({
  ...config,
  // A portal that is running already, with LATCHKEY_END2END_FOLDER, keeps what it has for the next look.
  webServer: [config.webServer ?? []].flat().map((server) => ({ ...server, reuseExistingServer: true })),
  testDir: './review',
  testMatch: '*.review.ts',
  workers: 1,
  timeout: 300_000,
  projects: [{ name: 'pictures' }],
});
