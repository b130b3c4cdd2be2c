// npm run test:cluster: Kafka's own failures, one after the other, under a steady load. See docs/RELIABILITY.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAll, parseCount, parseOptions } from '../../tools/lib/options.mjs';
import { Supervisor } from '../../tools/lib/supervisor.mjs';
import { prepareWorkspace } from '../../tools/lib/workspace.mjs';
import { Cluster } from '../support/cluster.mjs';

const USAGE = `npm run test:cluster -- [options]
  --rate N       events a second (500)
  --outage N     seconds without any broker (60)
  --moves N      seconds in which all leaders move every second (15)
Two consumers on three brokers (replication 3, min.insync.replicas 2). Each broker is killed in turn, and with it
whatever it leads and coordinates; then all are restarted one after the other, the leaders are moved, and all
brokers are killed. Exit code 1 when an event was lost, doubled, misrouted, altered or out of order, when
processing went on later than 15 s after the cluster was able to, or when a consumer ended, logged an error, or
logged more than a line for each change.`;

const given = parseOptions(USAGE, { rate: '500', outage: '60', moves: '15' });
const supervisor = new Supervisor('the cluster');

supervisor.run(async (signal) => {
  const pace = parseAll({
    rate: () => parseCount('--rate', given.rate),
    outage: () => parseCount('--outage', given.outage),
    moves: () => parseCount('--moves', given.moves),
  });
  await prepareWorkspace({ signal });
  // Imported only now, because a fresh clone has to be built first.
  const { ClusterFaults } = await import('./lib/cluster-faults.mjs');
  const cluster = new Cluster();
  const logs = mkdtempSync(join(tmpdir(), 'login-event-cluster-logs-'));
  process.once('exit', () => cluster.kill());
  console.error(`Starting three brokers; logs of the consumers in ${logs} …`);
  await cluster.start(3, signal);
  console.log('| fault | went on after | log lines | errors |\n| --- | --- | --- | --- |');
  const faults = new ClusterFaults(cluster, logs, signal, ({ what, ms, lines, errors }) =>
    console.log(`| ${what} | ${(ms / 1_000).toFixed(1)} s | ${lines} | ${errors} |`),
  );
  const { events, verdict, broken } = await faults.run(pace);
  console.log(`${events} events: ${JSON.stringify(verdict)}`);
  for (const problem of broken) console.log(`  ${problem}`);
  await cluster.close();
  if (broken.length + Object.values(verdict).reduce((sum, count) => sum + count, 0) > 0) process.exit(1);
  rmSync(logs, { recursive: true, force: true });
  process.exit(0);
});
