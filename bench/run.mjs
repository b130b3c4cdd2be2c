// npm run bench: the pipeline next to its baselines, each alone on the same events, in one run. See USAGE.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { brokerAnswers, kafkaJars, requireJava, startBroker } from '../tools/lib/kafka.mjs';
import { parseCount, parseOptions } from '../tools/lib/options.mjs';
import { freePort } from '../tools/lib/processes.mjs';
import { Supervisor } from '../tools/lib/supervisor.mjs';
import { prepareWorkspace, root } from '../tools/lib/workspace.mjs';

const USAGE = `npm run bench -- [options]
  --events N   preloaded, 5 % of them invalid (500000)
  --rounds N   of all programs, one after the other; medians are shown (3)`;
const PARTITIONS = 4;

const given = parseOptions(USAGE, { events: '500000', rounds: '3' });
const supervisor = new Supervisor('the benchmark');

supervisor.run(async (signal) => {
  const [events, rounds] = [parseCount('--events', given.events), parseCount('--rounds', given.rounds)];
  const java = requireJava();
  await prepareWorkspace({ signal });
  const dir = mkdtempSync(join(tmpdir(), 'login-event-bench-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  const node = { id: 1, port: await freePort(), controllerPort: await freePort() };
  const broker = startBroker({ jars: await kafkaJars(root, { signal }), java, node, nodes: [node], dir });
  supervisor.add(broker);
  await brokerAnswers(broker, node.port, { signal });

  // What is compared is imported only now, because a fresh clone has to be built first.
  const { connect, preload } = await import('./lib/topics.mjs');
  const { drain } = await import('./lib/measure.mjs');
  const { PROGRAMS } = await import('./lib/programs.mjs');
  const brokers = `127.0.0.1:${node.port}`;
  const kafka = connect(brokers);
  console.error(`Writing ${events} events …`);
  await preload(kafka, { topic: 'input', partitions: PARTITIONS, events });

  /** @type {import('./lib/measure.mjs').Figures[][]} */
  const figures = PROGRAMS.map(() => []);
  for (let round = 1; round <= rounds; round++) {
    for (const [index, program] of PROGRAMS.entries()) {
      signal.throwIfAborted();
      console.error(`Round ${round} of ${rounds}: ${program.name} …`);
      const run = {
        brokers,
        input: 'input',
        partitions: PARTITIONS,
        events,
        id: `${round}-${index}`,
        logs: dir,
      };
      figures[index]?.push(await drain(kafka, program, run, signal));
    }
  }
  report(PROGRAMS, figures, events);
  supervisor.end();
});

/**
 * @param {{ name: string }[]} programs
 * @param {import('./lib/measure.mjs').Figures[][]} figures
 * @param {number} events
 */
function report(programs, figures, events) {
  const slowest = Math.min(...figures.map((rounds) => median(rounds.map(({ perSecond }) => perSecond))));
  console.log(
    `${events} events, ${PARTITIONS} partitions, ${cpus().length} × ${cpus()[0]?.model}; median (least to most)\n`,
  );
  console.log('| program | events/s | times the slowest | CPU µs/event | peak memory MB |');
  console.log('| --- | --- | --- | --- | --- |');
  programs.forEach(({ name }, index) => {
    const of = (/** @type {keyof import('./lib/measure.mjs').Figures} */ key) =>
      (figures[index] ?? []).map((one) => one[key]);
    const times = (median(of('perSecond')) / slowest).toFixed(1);
    console.log(
      `| ${name} | ${spread(of('perSecond'))} | ${times} | ${spread(of('cpuMicros'))} | ${spread(of('peakMb'))} |`,
    );
  });
}

/** @param {number[]} values */
function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** @param {number[]} values */
function spread(values) {
  const [least, most] = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(0));
  return `${median(values).toFixed(0)} (${least} to ${most})`;
}
