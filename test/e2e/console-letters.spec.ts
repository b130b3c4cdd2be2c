import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { DEAD_LETTERS, goTo, screenshot, seriousFindings, tokenOf, useConsole } from '../support/console.js';
import { eventually } from '../support/pipeline.js';

const running = useConsole();
const { topics, inTab } = running;

/** Waits for the list: what arrives above a button moves it, and a press meanwhile may miss it. */
async function goToLetters(page: Page): Promise<Locator> {
  await goTo(page, 'Dead letters');
  const list = page.getByRole('table', { name: 'Dead letters, newest first' });
  await list.getByRole('link').first().waitFor();
  return list;
}

describe('dead letters in the console', () => {
  it('groups dead letters by cause, filters them, and shows one with all there is to know', () =>
    inTab('operator', async (page) => {
      const list = await goToLetters(page);
      await page.getByRole('link', { name: 'VALIDATION_FAILED' }).first().click();
      await page.getByText('Filter: reason VALIDATION_FAILED, rule ip_not_public').waitFor();
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
      const list = await goToLetters(page);
      await list.getByRole('link').first().click();
      await page.getByText('Personal data is masked for your role.').waitFor();
      expect(await page.getByText('10.0.0.1').count()).toBe(0);
    }));

  it('searches in values, without a word of it in an address, and exports', () =>
    inTab('operator', async (page) => {
      const addresses: string[] = [];
      page.on('request', (request) => addresses.push(request.url()));
      const list = await goToLetters(page);
      await page.getByText('Search in keys and values').click();
      await page.getByLabel('Text in the value').fill('"number":380}');
      await page.getByRole('button', { name: 'Search' }).click();
      await page.getByText('Search: results are shown').waitFor();
      await eventually('one is found', async () => (await list.getByRole('row').count()) === 2);
      expect([...addresses, page.url()].filter((address) => address.includes('380'))).toEqual([]);
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Export all that match' }).click(),
      ]);
      expect(download.suggestedFilename()).toBe('dead-letters.ndjson');
      const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n');
      expect(lines.map((line) => JSON.parse(line) as unknown)).toHaveLength(DEAD_LETTERS);
    }));

  it('replays a selection after a dry run, and shows how far it is', () =>
    inTab('operator', async (page) => {
      const list = await goToLetters(page);
      await list.getByRole('checkbox').first().check();
      await list.getByRole('checkbox').nth(1).check();
      await page.getByRole('button', { name: 'Replay 2 selected …' }).click();
      const dialog = page.getByRole('dialog', { name: 'Replay dead letters' });
      await dialog.getByText('Dry run: 2 dead letters').waitFor();
      await dialog.getByText(`to ${topics.input}`).waitFor();
      await screenshot(page, 'console-replay');
      await dialog.getByRole('button', { name: 'Replay 2', exact: true }).click();
      await dialog.getByText('done: 2 of 2').waitFor();
      await dialog.getByRole('button', { name: 'Close' }).click();
      await list.getByText('replayed', { exact: true }).nth(1).waitFor();
    }));

  it('replays all that match, and lets the operation be paused, resumed and cancelled', () =>
    inTab('operator', async (page) => {
      const list = await goToLetters(page);
      await page.getByRole('link', { name: 'VALIDATION_FAILED' }).first().click();
      await page.getByText('Filter: reason VALIDATION_FAILED, rule ip_not_public').waitFor();
      await list.getByRole('link').first().waitFor();
      await page.getByRole('button', { name: 'Replay all that match …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Letters a second').fill('1');
      await dialog.getByRole('button', { name: /^Replay \d+$/ }).click();
      await dialog.getByText(/running: \d+ of \d+/).waitFor();
      await dialog.getByRole('link', { name: 'all operations' }).click();
      const operation = page.getByRole('main', { name: 'Operations' }).getByRole('listitem').first();
      await operation.getByRole('button', { name: /^Pause/ }).click();
      await operation.getByText(/^paused/).waitFor();
      await screenshot(page, 'console-operations');
      await operation.getByRole('button', { name: /^Resume/ }).click();
      await operation.getByText(/^running/).waitFor();
      await operation.getByRole('button', { name: /^Cancel/ }).click();
      await operation.getByText(/^cancelled/).waitFor();
      expect(await operation.getByRole('button').count()).toBe(0);
    }));

  it('parks one letter', () =>
    inTab('operator', async (page) => {
      const list = await goToLetters(page);
      await list.getByRole('link').last().click();
      await page.getByRole('button', { name: 'Park this one …' }).click();
      await page.getByRole('button', { name: 'Park 1', exact: true }).click();
      await page.getByText('done: 1 of 1').waitFor();
      await page.getByRole('button', { name: 'Close' }).click();
      await page
        .getByRole('definition')
        .filter({ hasText: /^parked/ })
        .waitFor();
      const history = page.getByRole('table', { name: 'Replays' });
      await history.getByRole('cell', { name: 'parked', exact: true }).waitFor();
    }));

  it('shows who did what, newest first', async () => {
    const denied = await fetch(`${running.consumer.url}/admin/pause`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokenOf('viewer')}` },
    });
    expect(denied.status).toBe(403);
    await inTab('operator', async (page) => {
      await goTo(page, 'Audit');
      const audit = page.getByRole('table', { name: 'Commands and denied attempts, newest first' });
      await audit
        .getByRole('row', { name: /operator-on-call.*park dead letters/ })
        .first()
        .waitFor();
      await audit.getByRole('row', { name: /viewer-on-call.*pause.*denied/ }).waitFor();
      await screenshot(page, 'console-audit');
    });
  });

  it('purges for an admin only who types how many', () =>
    inTab('admin', async (page) => {
      await goToLetters(page);
      await page.getByRole('button', { name: 'Purge …' }).click();
      const dialog = page.getByRole('dialog', { name: 'Purge dead letters' });
      await dialog.getByLabel('Everything that was written before').fill('2099-01-01T00:00:00');
      await dialog.getByRole('button', { name: 'Count' }).click();
      const field = dialog.getByLabel(/^Type \d+ to go on/);
      const count = /\d+/.exec(String(await dialog.getByText(/^Type/).textContent()))?.[0] ?? '';
      const purge = dialog.getByRole('button', { name: `Purge ${count}` });
      await field.fill('1');
      expect(await purge.isDisabled()).toBe(true);
      expect(await seriousFindings(page)).toEqual([]);
      await field.fill(count);
      await purge.click();
      await dialog.getByText(`done: ${count} of ${count}`).waitFor();
    }));
});
