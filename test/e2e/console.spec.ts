import { readFile } from 'node:fs/promises';
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

  it('pauses the group with a reason and an end, says so, and lets it go on', () =>
    inTab('operator', async (page) => {
      await goTo(page, 'Pause');
      await page.getByText('Nothing is paused.').waitFor();
      await page.getByLabel('Reason').fill('deploy of the database');
      await page.getByLabel('Ends').selectOption('after an hour');
      await page.getByRole('button', { name: 'Pause', exact: true }).click();
      const pause = page.getByRole('listitem').filter({ hasText: 'deploy of the database' });
      await pause.getByText('operator-on-call').waitFor();
      await pause.getByText(/in 59m \d+s/).waitFor();
      await screenshot(page, 'console-pause');
      await goTo(page, 'Overview');
      await page.getByRole('heading', { name: 'Paused' }).waitFor();
      await page.getByText(/deploy of the database; ends in/).waitFor();
      await goTo(page, 'Pause');
      await page.getByRole('button', { name: 'Resume the group' }).click();
      await page.getByText('Nothing is paused.').waitFor();
    }));

  it('pauses single partitions of this instance', () =>
    inTab('operator', async (page) => {
      await goTo(page, 'Pause');
      await page.getByLabel('Reason').fill('a look at one of them');
      await page.getByLabel('This instance only').check();
      await page.getByLabel('Partitions').fill('one');
      await page.getByRole('button', { name: 'Pause', exact: true }).click();
      await page.getByText('Partitions are numbers and ranges').waitFor();
      await page.getByLabel('Partitions').fill('1');
      await page.getByRole('button', { name: 'Pause', exact: true }).click();
      await page.getByRole('heading', { name: 'Paused on this instance: partitions 1' }).waitFor();
      await goTo(page, 'Overview');
      await page.getByRole('heading', { name: 'Partly paused' }).waitFor();
      await goTo(page, 'Pause');
      await page.getByRole('button', { name: 'Resume partitions 1' }).click();
      await page.getByText('Nothing is paused.').waitFor();
    }));

  it('offers a viewer nothing that takes another role', () =>
    inTab('viewer', async (page) => {
      await goTo(page, 'Pause');
      await page.getByText('Pausing takes the role operator.').waitFor();
      await goTo(page, 'Dead letters');
      await page.getByRole('table', { name: 'Dead letters, newest first' }).waitFor();
      for (const name of [/^Replay/, /^Park/, /^Purge/, /^Resume/]) {
        expect(await page.getByRole('button', { name }).count()).toBe(0);
      }
      expect(await page.getByRole('checkbox').count()).toBe(0);
      expect(await page.getByRole('link', { name: 'Audit' }).count()).toBe(0);
    }));

  it('groups dead letters by cause, filters them, and shows one with all there is to know', () =>
    inTab('operator', async (page) => {
      await goTo(page, 'Dead letters');
      await page.getByRole('link', { name: 'VALIDATION_FAILED' }).first().click();
      await page.getByText('Filter: reason VALIDATION_FAILED, rule ip_not_public').waitFor();
      const list = page.getByRole('table', { name: 'Dead letters, newest first' });
      await list.getByText('ip: ip_not_public').first().waitFor();
      await page.getByLabel('Origin partition').fill('1');
      await page.getByRole('button', { name: 'Apply' }).click();
      await list.getByText(`${topics.input} 1/`).first().waitFor();
      await eventually('no others', async () => (await list.getByText(`${topics.input} 0/`).count()) === 0);
      await screenshot(page, 'console-dead-letters');
      await list.getByRole('link').first().click();
      await page.getByRole('heading', { name: /^Dead letter \d+\/\d+/ }).waitFor();
      await page.getByRole('table', { name: 'Broken rules' }).getByText('ip_not_public').waitFor();
      await page.getByRole('table', { name: 'Headers' }).getByText('dlq.reason').waitFor();
      await page.getByText('"ip":"10.0.0.1"').waitFor();
    }));

  it('masks personal data for a viewer', () =>
    inTab('viewer', async (page) => {
      await goTo(page, 'Dead letters');
      const list = page.getByRole('table', { name: 'Dead letters, newest first' });
      await list.getByRole('link').first().click();
      await page.getByText('Personal data is masked for your role.').waitFor();
      expect(await page.getByText('10.0.0.1').count()).toBe(0);
    }));

  it('searches in values, without a word of it in an address, and exports', () =>
    inTab('operator', async (page) => {
      const addresses: string[] = [];
      page.on('request', (request) => addresses.push(request.url()));
      await goTo(page, 'Dead letters');
      await page.getByText('Search in keys and values').click();
      await page.getByLabel('Text in the value').fill('"number":380}');
      await page.getByRole('button', { name: 'Search' }).click();
      await page.getByText('Search: results are shown').waitFor();
      const rows = page.getByRole('table', { name: 'Dead letters, newest first' }).getByRole('row');
      await eventually('one is found', async () => (await rows.count()) === 2);
      expect([...addresses, page.url()].filter((address) => address.includes('380'))).toEqual([]);
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Export all that match' }).click(),
      ]);
      expect(download.suggestedFilename()).toBe('dead-letters.ndjson');
      const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n');
      expect(lines.map((line) => JSON.parse(line) as unknown)).toHaveLength(20);
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
        for (const name of ['Overview', 'Pause', 'Dead letters', 'Operations', 'Audit']) {
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
