// A page in one state, for checks that apply everywhere.

import type { Page } from '@playwright/test';
import type { Secrets } from './fixtures.js';

export interface Place {
  what: string;
  /** The expected status, unless it is 200. */
  status?: number;
  /** Whether the state exists only on hydrated pages. */
  hydratedOnly?: boolean;
  go(page: Page, secrets: Secrets): Promise<void>;
}
