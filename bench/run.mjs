// npm run bench: the pipeline next to its peers and to itself, each alone on the same events. See USAGE.
import { cpus } from 'node:os';
import { parseAll, parseCount, parseOptions } from '../tools/lib/options.mjs';
import { UserError } from '../tools/lib/processes.mjs';
import { Supervisor } from '../tools/lib/supervisor.mjs';
import { prepareWorkspace } from '../tools/lib/workspace.mjs';

const USAGE = `npm run bench -- [options]
  --scenario A,B  which of these, in this order (drain,latency)
                    drain            all programs on the same backlog
                    floor            the pipeline next to consuming alone, with JSON parsed and written, and to the bare loop
                    latency          from an event's making to its output being readable, at 2,000 events/s
                    many-partitions  the same over 48 partitions, with what it costs client and broker
                    partitions       96 partitions next to 4
                    backlog          five times the events next to half of them
                    sizes            values of 200 bytes, 2 KB and 20 KB
                    invalid          50 % invalid events next to 5 %
                    instances        two instances of one group next to one
                    enrichment       one partition whose events are looked up by HTTP, also with its server down
                    index            of so many dead letters: alone, while a backlog is drained, and at 2,000 events/s
                    producer         the producer at 50,000 events/s
                    soak             memory over --minutes at 20,000 events/s
  --events N      in each backlog, 5 % of them invalid (1000000)
  --rounds N      of everything that is compared, one after the other; medians are shown (3)
  --minutes N     of the soak (15)
  --quick         in under two minutes: whether the pipeline has become slower; exit code 1 if so
  --record        keeps the results in bench/results; npm run bench:report puts them into docs/PERFORMANCE.md
All of it needs Linux; Kafka Streams needs a JDK.`;

const QUICK = { events: 300_000, rounds: 3 };

const given = parseOptions(USAGE, {
  scenario: 'drain,latency',
  events: '1000000',
  rounds: '3',
  minutes: '15',
  quick: false,
  record: false,
});
const supervisor = new Supervisor('the benchmark');

supervisor.run(async (signal) => {
  const options = {
    ...parseAll({
      events: () => parseCount('--events', given.events),
      rounds: () => parseCount('--rounds', given.rounds),
      minutes: () => parseCount('--minutes', given.minutes),
    }),
    recording: given.record,
    ...(given.quick ? QUICK : {}),
  };
  await prepareWorkspace({ signal });
  // What runs built code is imported only now, because a fresh clone has to be built first.
  const { SCENARIOS } = await import('./scenarios/index.mjs');
  const { startContext } = await import('./lib/context.mjs');
  const { recordResult } = await import('./lib/results.mjs');
  const { toTable } = await import('./lib/table.mjs');
  const names = given.quick ? ['quick'] : given.scenario.split(',');
  const unknown = names.filter((name) => !Object.hasOwn(SCENARIOS, name));
  if (unknown.length > 0) throw new UserError(`unknown scenarios: ${unknown.join(', ')}\n\n${USAGE}`);

  const context = await startContext(supervisor, options);
  console.log(`${cpus().length} × ${cpus()[0]?.model}; median (least to most) of the rounds`);
  for (const name of names) {
    console.error(`\n=== ${name}`);
    const rows = (await SCENARIOS[name]?.(context)) ?? [];
    console.log(`\n${name}\n\n${toTable(rows)}`);
    if (options.recording) await recordResult(name, context, rows);
  }
  supervisor.end();
});
