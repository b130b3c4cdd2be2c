import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.mjs';
import {
  goTo,
  openConsole,
  overflows,
  screenshot,
  seriousFindings,
  TOKENS,
  type OpenConsole,
  type Role,
} from '../support/console.js';
import { numberedEvents } from '../support/events.js';
import {
  eventually,
  isReady,
  produce,
  startService,
  uniqueTopics,
  type Service,
} from '../support/pipeline.js';

const topics = uniqueTopics(2);
let consumer: Service;
let browser: Browser;
const tabs: OpenConsole[] = [];

beforeAll(async () => {
  const starting = startService('consumer', topics, {
    ADMIN_AUTH: 'token',
    ADMIN_TOKENS: TOKENS,
    ADMIN_FAILURE_LIMIT: '1000',
    ENVIRONMENT: 'staging',
  });
  [consumer, browser] = await Promise.all([starting, launchBrowser()]);
  await eventually('the consumer is ready', () => isReady(consumer));
  await produce(topics.input, numberedEvents(0, 400));
});

afterAll(async () => {
  await browser.close();
  await consumer.stop();
});

/** Parts of the API that a consumer may not have yet. */
const NOT_THERE_YET = /status of 404/;

/** A tab for one test, in which nothing may go wrong that the test does not allow. */
async function inTab(
  role: Role | undefined,
  use: (page: Page) => Promise<void>,
  { allow = NOT_THERE_YET, ...options }: { allow?: RegExp } & Parameters<typeof openConsole>[3] = {},
): Promise<void> {
  const tab = await openConsole(browser, consumer.url, role, options);
  tabs.push(tab);
  try {
    await use(tab.page);
    expect(tab.problems.filter((problem) => !allow.test(problem))).toEqual([]);
  } finally {
    await tab.close();
  }
}

/** What Chromium itself writes on the console of each answer that is no success. */
const FAILED_REQUESTS = /Failed to load resource/;

describe('the console', () => {
  it('asks for a token, refuses a wrong one, and shows who is signed in where', () =>
    inTab(
      undefined,
      async (page) => {
        await page.getByLabel('Token').fill('wrong-token-0123456789');
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.getByText('A valid bearer token is required').waitFor();
        await page.getByLabel('Token').fill('operator-token-0123456789abcdef');
        await page.getByLabel('Token').press('Enter');
        await page.getByText('operator-on-call').waitFor();
        await page.getByText('staging').waitFor();
        await page.getByRole('button', { name: 'Sign out' }).click();
        await page.getByLabel('Token').waitFor();
      },
      { allow: FAILED_REQUESTS },
    ));

  it('shows how it goes: state, figures, partitions', () =>
    inTab('viewer', async (page) => {
      await page.getByRole('heading', { name: 'Running' }).waitFor();
      await page.getByText('Nothing is wrong.').waitFor();
      const partitions = page.getByRole('region', { name: 'Partitions of this instance' });
      await partitions.getByRole('cell', { name: topics.input }).first().waitFor();
      await screenshot(page, 'console-overview');
    }));

  it('says when the connection is lost, and when it is back', () =>
    inTab(
      'viewer',
      async (page) => {
        await page.getByRole('heading', { name: 'Running' }).waitFor();
        await page.context().setOffline(true);
        await page.getByText('Connection lost.').waitFor();
        await page.context().setOffline(false);
        await page.getByRole('button', { name: 'Retry now' }).click();
        await page.getByText('Connection lost.').waitFor({ state: 'detached' });
      },
      { allow: FAILED_REQUESTS },
    ));

  it.each(['light', 'dark'] as const)('keeps nobody out, %s, at any width', (colorScheme) =>
    inTab(
      'operator',
      async (page) => {
        for (const name of ['Overview', 'Pause', 'Audit']) {
          await goTo(page, name);
          for (const width of [1280, 360]) {
            await page.setViewportSize({ width, height: 800 });
            expect(await seriousFindings(page)).toEqual([]);
            expect(await overflows(page)).toBe(false);
          }
        }
      },
      { colorScheme },
    ),
  );
});
