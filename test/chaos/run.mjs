// npm run test:chaos: built consumers against real brokers, with faults drawn from a seed. See USAGE.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseCount, parseOptions } from '../../tools/lib/options.mjs';
import { Supervisor } from '../../tools/lib/supervisor.mjs';
import { prepareWorkspace, root } from '../../tools/lib/workspace.mjs';
import { Cluster } from '../support/cluster.mjs';

const USAGE = `npm run test:chaos -- [options]
  --seeds A-B    one run for each (1-3)
  --events N     input events of a run, 5 % of them invalid in every way (500000)
  --faults N     drawn and done one after the other while they are processed (12)
  --brokers 1|3  of the cluster (3)
  --guarantee G  exactly-once or at-least-once (exactly-once)
  --bug yes|no   consumers that never write one event, which has to be found (no)
Exit code 1 when any event was lost, doubled, misrouted, altered or out of order.`;

const given = parseOptions(USAGE, {
  seeds: '1-3',
  events: '500000',
  faults: '12',
  brokers: '3',
  guarantee: 'exactly-once',
  bug: 'no',
});
const supervisor = new Supervisor('the chaos suite');

supervisor.run(async (signal) => {
  const [first = 1, last = first] = given.seeds.split('-').map((text) => parseCount('--seeds', text));
  const events = parseCount('--events', given.events);
  const faults = parseCount('--faults', given.faults);
  await prepareWorkspace({ signal });
  const cluster = new Cluster();
  const logs = mkdtempSync(join(tmpdir(), 'login-event-chaos-logs-'));
  process.once('exit', () => cluster.kill());
  console.error(`Starting ${given.brokers} broker(s); logs of the consumers in ${logs} …`);
  await cluster.start(parseCount('--brokers', given.brokers), signal);

  // Imported only now, because a fresh clone has to be built first.
  const { runSeed } = await import('./lib/run-seed.mjs');
  const bug = pathToFileURL(join(root, 'test', 'chaos', 'lib', 'skip-one-event.mjs')).href;
  const nodeOptions = given.bug === 'yes' ? ['--import', bug] : [];
  let failures = 0;
  console.log(
    '| seed | events | faults | lost | doubled | misrouted | altered | out of order | longest pause |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  for (let seed = first; seed <= last && !signal.aborted; seed++) {
    const run = { seed, events, faults, guarantee: given.guarantee, nodeOptions, logs };
    const { verdict, done, longestPauseMs, broken } = await runSeed(cluster, run, signal);
    const counts = [verdict.lost, verdict.doubled, verdict.misrouted, verdict.altered, verdict.disordered];
    const row = [seed, events, done.length, ...counts, `${(longestPauseMs / 1_000).toFixed(1)} s`];
    console.log(`| ${row.join(' | ')} |`);
    for (const problem of broken) console.log(`  ${problem}`);
    failures += counts.reduce((sum, count) => sum + count, broken.length);
  }
  await cluster.close();
  if (failures > 0) process.exit(1);
  rmSync(logs, { recursive: true, force: true });
  process.exit(0);
});
