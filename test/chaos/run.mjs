// npm run test:chaos: built consumers against real brokers, with faults drawn from a seed. See docs/RELIABILITY.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseAll, parseChoice, parseCount, parseOptions } from '../../tools/lib/options.mjs';
import { UserError } from '../../tools/lib/processes.mjs';
import { Supervisor } from '../../tools/lib/supervisor.mjs';
import { prepareWorkspace, root } from '../../tools/lib/workspace.mjs';
import { Cluster } from '../support/cluster.mjs';
import { KINDS } from './lib/plan.mjs';
import { failuresOf, record, row, TABLE_HEAD } from './lib/report.mjs';

const USAGE = `npm run test:chaos -- [options]
  --seeds A-B      one run for each (1-3)
  --events N       input events of a run, 5 % of them invalid in every way (500000)
  --faults N       drawn from the seed, begun one after the other while earlier ones may go on (12)
  --only K,K       only faults of these kinds: ${KINDS.join(', ')}
  --brokers 1|3    of the cluster (3)
  --guarantee G    exactly-once or at-least-once (exactly-once)
  --bug yes|no     consumers that never write one event, which has to be found (no)
  --prove yes|no   see first that the suite finds doubled events where they may be, and that lost event (no)
  --record FILE    append the table to it
Exit code 1 when any event was lost, doubled, misrouted, altered or out of order, or an instance ended by
itself or did not end when it was told to.`;

const given = parseOptions(USAGE, {
  seeds: '1-3',
  events: '500000',
  faults: '12',
  only: KINDS.join(),
  brokers: '3',
  guarantee: 'exactly-once',
  bug: 'no',
  prove: 'no',
  record: '',
});
const PROOF_EVENTS = 60_000;
const PROOF_SEED = 1;
const supervisor = new Supervisor('the chaos suite');

supervisor.run(async (signal) => {
  const {
    seeds,
    brokers,
    kinds,
    bug,
    prove: proving,
    ...options
  } = parseAll({
    seeds: () => given.seeds.split('-').map((text) => parseCount('--seeds', text)),
    brokers: () => Number(parseChoice('--brokers', given.brokers, ['1', '3'])),
    events: () => parseCount('--events', given.events),
    faults: () => parseCount('--faults', given.faults),
    kinds: () => given.only.split(',').map((kind) => parseChoice('--only', kind, KINDS)),
    guarantee: () => parseChoice('--guarantee', given.guarantee, ['exactly-once', 'at-least-once']),
    bug: () => parseChoice('--bug', given.bug, ['yes', 'no']),
    prove: () => parseChoice('--prove', given.prove, ['yes', 'no']),
  });
  const [first = 1, last = first] = seeds;
  const run = {
    ...options,
    kinds: kinds.filter((kind) => brokers > 1 || kind !== 'moveLeaders'),
    nodeOptions: bug === 'yes' ? loading('skip-one-event') : [],
    logs: mkdtempSync(join(tmpdir(), 'login-event-chaos-logs-')),
  };
  await prepareWorkspace({ signal });
  const cluster = new Cluster();
  process.once('exit', () => cluster.kill());
  console.error(`Starting ${brokers} broker(s); logs of the consumers in ${run.logs} …`);
  await cluster.start(brokers, signal);

  // Imported only now, because a fresh clone has to be built first.
  const { runSeed } = await import('./lib/run-seed.mjs');
  if (proving === 'yes') await prove(runSeed, cluster, run, signal);
  let failures = 0;
  const rows = [];
  console.log(TABLE_HEAD);
  for (let seed = first; seed <= last && !signal.aborted; seed++) {
    const result = await runSeed(cluster, { ...run, seed }, signal);
    failures += failuresOf(result);
    rows.push(row({ ...run, seed }, result));
    console.log(rows.at(-1));
    for (const problem of result.broken) console.log(`  ${problem}`);
  }
  if (given.record) record(given.record, rows);
  await cluster.close();
  if (failures > 0) process.exit(1);
  rmSync(run.logs, { recursive: true, force: true });
  process.exit(0);
});

/** @param {string} name of a module that changes the consumer */
function loading(name) {
  return ['--import', pathToFileURL(join(root, 'test', 'chaos', 'loaded', `${name}.mjs`)).href];
}

/**
 * A judge that never finds anything proves nothing.
 * @param {typeof import('./lib/run-seed.mjs').runSeed} runSeed
 * @param {Cluster} cluster
 * @param {Omit<import('./lib/run-seed.mjs').Run, 'seed'>} run
 * @param {AbortSignal} signal
 */
async function prove(runSeed, cluster, run, signal) {
  const base = { ...run, seed: PROOF_SEED, events: PROOF_EVENTS, faults: 0 };
  const death = { ...base, guarantee: 'at-least-once', nodeOptions: loading('die-before-commit') };
  const { doubled, lost } = (await runSeed(cluster, death, signal)).verdict;
  console.log(`at least once, a death before the commit: ${doubled} doubled, ${lost} lost`);
  if (doubled === 0 || lost > 0) throw new UserError('doubled events and no lost ones were expected');
  const bug = { ...base, nodeOptions: loading('skip-one-event') };
  const { verdict } = await runSeed(cluster, bug, signal);
  console.log(`consumers that leave out an event: ${verdict.lost} lost, ${verdict.doubled} doubled`);
  if (verdict.lost === 0 || verdict.doubled > 0)
    throw new UserError('lost events and no doubled ones were expected');
}
