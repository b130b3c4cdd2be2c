import { describe, expect, it } from '@jest/globals';
import { freePort } from '../../tools/lib/processes.mjs';
import { goTo, openConsole, overflows, screenshot, seriousFindings, useConsole } from '../support/console.js';
import { eventually, startService, uniqueTopics } from '../support/pipeline.js';

const running = useConsole();
const { topics, inTab } = running;

/** What Chromium itself writes on the console of each answer that is no success. */
const FAILED_REQUESTS = /Failed to load resource/;

const answers = (url: string) =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );

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

  it('asks for no token where none is needed, and is on the port of the admin surface alone', async () => {
    const port = await freePort();
    const open = await startService('consumer', uniqueTopics(2), {
      ADMIN_PORT: String(port),
      ENVIRONMENT: 'production',
    });
    try {
      await eventually('it answers', () => answers(`http://127.0.0.1:${String(port)}/console`));
      expect(await answers(`${open.url}/console`)).toBe(false);
      const tab = await openConsole(running.browser, `http://127.0.0.1:${String(port)}`);
      await tab.page.getByText('anonymous').waitFor();
      await tab.page.getByText('production').waitFor();
      await tab.close();
    } finally {
      await open.stop('SIGKILL');
    }
  });

  it('is worked by keyboard alone', () =>
    inTab('operator', async (page) => {
      await page.getByRole('heading', { name: 'Running' }).waitFor();
      await page.keyboard.press('Tab');
      await page.getByRole('button', { name: 'Skip to content' }).waitFor();
      await page.keyboard.press('Enter');
      expect(await page.evaluate<string>('document.activeElement.tagName')).toBe('MAIN');
      await page.getByRole('link', { name: 'Dead letters', exact: true }).focus();
      await page.keyboard.press('Enter');
      await page.getByText(/dead letters can be found/).waitFor();
      await page.getByRole('button', { name: 'Replay all that match …' }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('dialog', { name: 'Replay dead letters' }).getByText('Dry run').waitFor();
      expect(await seriousFindings(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(await page.evaluate<string>('document.activeElement.textContent')).toMatch(/^Replay all/);
    }));

  it('shows how it goes: state, figures, charts, partitions, instances', () =>
    inTab('viewer', async (page) => {
      await page.getByRole('heading', { name: 'Running' }).waitFor();
      await page.getByText('Nothing is wrong.').waitFor();
      for (const name of [/^Events per second: now \d/, /^Lag in events: now \d/, /^Lag in time: now \d/]) {
        await page.getByRole('img', { name }).locator('canvas').waitFor();
      }
      const partitions = page.getByRole('table', { name: 'Partitions of this instance' });
      await partitions.getByRole('cell', { name: topics.input, exact: true }).first().waitFor();
      const instances = page.getByRole('table', { name: 'Instances of the group: 1' });
      await instances.getByText('(answers here)').waitFor();
      await instances.getByText(`${topics.input} 0-1`).waitFor();
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
      // What arrives above the form moves it.
      await page.getByText('Nothing is paused.').waitFor();
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

  it('says when the connection is lost, and when it is back', () =>
    inTab(
      'viewer',
      async (page) => {
        await page.getByRole('heading', { name: 'Running' }).waitFor();
        await page.context().setOffline(true);
        await page.getByText('Connection lost.').waitFor();
        // Long enough for the button to be pressed before it tries by itself.
        await page.getByText(/Next try in [5-8]s/).waitFor();
        await page.context().setOffline(false);
        await page.getByRole('button', { name: 'Retry now' }).click();
        await page.getByText('Connection lost.').waitFor({ state: 'detached' });
      },
      { allow: FAILED_REQUESTS },
    ));

  it.each([
    ['light', 1280],
    ['dark', 360],
  ] as const)('keeps nobody out: %s, %i pixels wide', (colorScheme, width) =>
    inTab(
      'operator',
      async (page) => {
        await page.setViewportSize({ width, height: 800 });
        for (const name of ['Overview', 'Pause', 'Dead letters', 'Operations', 'Audit']) {
          await goTo(page, name);
          if (name === 'Overview') {
            await page.getByRole('heading', { name: 'Running' }).waitFor();
            await page.getByRole('table', { name: /^Instances/ }).waitFor();
            await screenshot(page, width > 360 ? 'console-overview' : 'console-phone');
          }
          expect(await seriousFindings(page)).toEqual([]);
          expect(await overflows(page)).toBe(false);
        }
      },
      { colorScheme },
    ),
  );
});
