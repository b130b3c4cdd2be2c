import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { root } from '../../tools/lib/workspace.mjs';
import { launchBrowser } from './browser.mjs';
import { numberedEvents } from './events.js';
import {
  eventually,
  isReady,
  metric,
  produce,
  startService,
  uniqueTopics,
  type Service,
} from './pipeline.js';

const ROLES = ['viewer', 'operator', 'admin'] as const;
type Role = (typeof ROLES)[number];

export const tokenOf = (role: Role): string => `${role}-token-0123456789abcdef`;

/** ADMIN_TOKENS with one token for each role, named after it. */
const TOKENS = JSON.stringify(
  ROLES.map((role) => ({
    name: `${role}-on-call`,
    role,
    hash: `sha256:${createHash('sha256').update(tokenOf(role)).digest('hex')}`,
  })),
);

/** How long the page may take to show what is waited for. */
const PATIENCE_MS = 30_000;

interface OpenConsole {
  readonly page: Page;
  /** Requests to other hosts, errors on the console and uncaught exceptions so far. */
  readonly problems: string[];
  close(): Promise<void>;
}

/** The console in a tab of its own, signed in as a role, or not. */
export async function openConsole(
  browser: Browser,
  url: string,
  role?: Role,
  options: BrowserContextOptions = {},
): Promise<OpenConsole> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  if (role) {
    const signIn = (token: string) => sessionStorage.setItem('admin-token', token);
    await context.addInitScript(signIn, tokenOf(role));
  }
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const problems: string[] = [];
  page.on('request', (request) => {
    const asked = request.url();
    if (!asked.startsWith(`${url}/`) && !asked.startsWith('blob:')) problems.push(`a request to ${asked}`);
  });
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.message}`));
  await page.goto(`${url}/console`);
  return { page, problems, close: () => context.close() };
}

/** Of the invalid events that `useConsole` has sent. */
export const DEAD_LETTERS = 20;

/**
 * For a spec of the console: a browser, and a consumer with tokens that has dead-lettered DEAD_LETTERS events and
 * goes on to get valid ones.
 */
export function useConsole() {
  const topics = uniqueTopics(2);
  const started: { consumer?: Service; producer?: Service; browser?: Browser } = {};
  beforeAll(async () => {
    const settings = {
      ADMIN_AUTH: 'token',
      ADMIN_TOKENS: TOKENS,
      ADMIN_FAILURE_LIMIT: '1000',
      CONTROL_SECRET: 'a secret of the group under test',
      ENVIRONMENT: 'staging',
    };
    const [consumer, browser] = await Promise.all([
      startService('consumer', topics, settings),
      launchBrowser(),
    ]);
    Object.assign(started, { consumer, browser });
    await eventually('the consumer is ready', () => isReady(consumer));
    await produce(topics.input, numberedEvents(0, 20 * DEAD_LETTERS));
    await eventually(
      'it has dead-lettered them',
      async () => (await metric(consumer, 'pipeline_dlq_total')) === DEAD_LETTERS,
    );
    started.producer = await startService('producer', topics, {
      PRODUCER_RATE: '25',
      PRODUCER_INVALID_RATIO: '0',
    });
  });
  afterAll(async () => {
    await started.browser?.close();
    await Promise.all([started.producer?.stop(), started.consumer?.stop()]);
  });
  const get = <K extends 'consumer' | 'browser'>(name: K) => {
    const one = started[name];
    if (!one) throw new Error('not started yet');
    return one;
  };
  return {
    topics,
    get consumer() {
      return get('consumer');
    },
    get browser() {
      return get('browser');
    },
    /** A tab for one test, in which nothing may go wrong that the test does not allow. */
    inTab: async (
      role: Role | undefined,
      use: (page: Page) => Promise<void>,
      { allow = /^$/, ...options }: { allow?: RegExp } & BrowserContextOptions = {},
    ): Promise<void> => {
      const tab = await openConsole(get('browser'), get('consumer').url, role, options);
      try {
        await use(tab.page);
        expect(tab.problems.filter((problem) => !allow.test(problem))).toEqual([]);
      } finally {
        await tab.close();
      }
    },
  };
}

/** Goes to a page by its link, as a reader does. */
export async function goTo(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
  await page.getByRole('main', { name, exact: true }).waitFor();
}

/** What axe-core finds that keeps people out: findings of impact serious or critical. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const findings = await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
    return violations.map(({ id, impact, nodes }) => ({ id, impact, where: nodes.map(({ html }) => html) }));
  });
  return findings
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, where }) => `${id}: ${where.join(' ')}`);
}

/** Whether a page is wider than its window. */
export const overflows = (page: Page): Promise<boolean> =>
  page.evaluate<boolean>('document.documentElement.scrollWidth > document.documentElement.clientWidth');

/** Writes docs/images/NAME.png where the tests run with UPDATE_SCREENSHOTS=1; the tree stays clean otherwise. */
export async function screenshot(page: Page, name: string): Promise<void> {
  if (process.env['UPDATE_SCREENSHOTS'] !== '1') return;
  const folder = join(root, 'docs', 'images');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
}
