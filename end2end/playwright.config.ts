import { defineConfig } from '@playwright/test';
import { newFolder } from './server.mjs';
import { sessionFile } from './support/session.js';

const port = process.env.LATCHKEY_END2END_PORT ?? '3117';
const addr = `127.0.0.1:${port}`;

// Each worker reads this file again, so the folder is chosen once and passed on.
process.env.LATCHKEY_END2END_FOLDER ??= newFolder();
process.env.LATCHKEY_END2END_ADDR = addr;

export default defineConfig({
  testDir: './tests',
  globalSetup: './global-setup.ts',
  outputDir: './test-results',
  forbidOnly: !!process.env.CI,
  // A retry tells a flaky test from one that always fails; both count as failed.
  retries: process.env.CI ? 1 : 0,
  failOnFlakyTests: true,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: process.env.LATCHKEY_END2END_REPORT === 'html' ? [['list'], ['html', { open: 'never' }]] : 'list',
  use: {
    baseURL: `http://${addr}`,
    actionTimeout: 15_000,
    navigationTimeout: 30_000,
    storageState: sessionFile(),
    locale: 'en-GB',
    viewport: { width: 1280, height: 800 },
    screenshot: 'only-on-failure',
    // Recording every test takes a third of the time: only on request (--trace retain-on-failure).
    trace: 'off',
    launchOptions: {
      executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [{ name: 'hydrated' }, { name: 'no-javascript', use: { javaScriptEnabled: false } }],
  webServer: {
    command: 'exec node server.mjs',
    url: `http://${addr}/readyz`,
    timeout: 120_000,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 30_000 },
    reuseExistingServer: false,
    stdout: 'ignore',
    stderr: 'pipe',
  },
});
