// npm run test:shutdown: SIGTERM to a consumer at full speed, again and again. See docs/RELIABILITY.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAll, parseCount, parseOptions } from '../../tools/lib/options.mjs';
import { Supervisor } from '../../tools/lib/supervisor.mjs';
import { prepareWorkspace } from '../../tools/lib/workspace.mjs';
import { Cluster } from '../support/cluster.mjs';

const USAGE = `npm run test:shutdown -- [options]
  --times N      starts and ends (50)
  --events N     waiting in the topic each time (500000)
Exit code 1 when a consumer that still has work does not end with exit code 0 within 10 s.`;

const given = parseOptions(USAGE, { times: '50', events: '500000' });
const supervisor = new Supervisor('the shutdown test');

supervisor.run(async (signal) => {
  const { times, events } = parseAll({
    times: () => parseCount('--times', given.times),
    events: () => parseCount('--events', given.events),
  });
  await prepareWorkspace({ signal });
  // Imported only now, because a fresh clone has to be built first.
  const { Backlog } = await import('./lib/backlog.mjs');
  const cluster = new Cluster();
  const logs = mkdtempSync(join(tmpdir(), 'login-event-shutdown-logs-'));
  process.once('exit', () => cluster.kill());
  await cluster.start(1, signal);
  const backlog = await Backlog.fill(cluster.addresses, events);

  let good = 0;
  let slowestMs = 0;
  for (let time = 1; time <= times && !signal.aborted; time++) {
    // In the middle of the work, each time somewhere else.
    const after = Math.floor(((time % 10) / 20) * events);
    const { how, ms, left } = await backlog.stopAfter(after, join(logs, `${time}.log`), signal);
    slowestMs = Math.max(slowestMs, ms);
    if (how === 0 && left > 0) good++;
    else console.log(`${time}: ${how} after ${ms} ms, ${left} events left`);
  }
  console.log(`${good} of ${times} ended with exit code 0 at full speed, the slowest within ${slowestMs} ms`);
  await backlog.close();
  await cluster.close();
  if (good < times) process.exit(1);
  rmSync(logs, { recursive: true, force: true });
  process.exit(0);
});
