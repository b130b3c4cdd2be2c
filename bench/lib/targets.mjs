// The goals of docs/PERFORMANCE.md, each computed from what is recorded.
import { readResult } from './results.mjs';
import { median } from './statistics.mjs';

const PIPELINE = 'pipeline, exactly once';
const AT_LEAST_ONCE = 'pipeline, at least once';
const CONSUMING = 'consuming alone';
const PARSING = 'consuming, JSON parsed and written';
const STREAMS = 'Kafka Streams exactly_once_v2';

/**
 * A figure of one program in every round, from the scenario's recorded result.
 * @param {string} scenario @param {string} figure @param {string | number} row its name or its number
 */
function rounds(scenario, figure, row) {
  const rows = readResult(scenario)?.rows ?? [];
  const found = typeof row === 'number' ? rows[row] : rows.find(({ name }) => name === row);
  return found?.figures[figure] ?? [NaN];
}

/** The median of them. @param {string} scenario @param {string} figure @param {string | number} row */
const of = (scenario, figure, row = PIPELINE) => median(rounds(scenario, figure, row));

/** The better of the two settings of Kafka Streams. @param {'perSecond' | 'cpuMicros'} figure */
function streams(figure) {
  const settings = [`${STREAMS}, 1 thread`, `${STREAMS}, 2 threads`].map((name) => of('drain', figure, name));
  return figure === 'perSecond' ? Math.max(...settings) : Math.min(...settings);
}

/** @param {string} figure @param {string} [commit] */
const latencyRatio = (figure, commit = '') =>
  of('latency', figure) / of('latency', figure, `${STREAMS}, 1 thread${commit}`);

/** The first or the second pipeline against the Kafka Streams after it. @param {string} figure @param {number} row */
const lightLoad = (figure, row) =>
  of('many-partitions', figure, row) / of('many-partitions', figure, row + 1);

/** The second row of a scenario against its first. @param {string} scenario @param {string} figure */
const second = (scenario, figure) => of(scenario, figure, 1) / of(scenario, figure, 0);

/**
 * @typedef {{ figure: string, value: number, unit: string, atLeast?: number, atMost?: number }} Target
 * @returns {Target[]}
 */
export function targets() {
  const times = 'times';
  return [
    {
      figure: 'events/s against Kafka Streams exactly_once_v2, the better of one and two threads',
      value: of('drain', 'perSecond') / streams('perSecond'),
      unit: times,
      atLeast: 1.4,
    },
    {
      figure: 'CPU per event against the same',
      value: of('drain', 'cpuMicros') / streams('cpuMicros'),
      unit: times,
      atMost: 0.55,
    },
    {
      figure: 'events/s against the kafkajs loop, at least once',
      value: of('drain', 'perSecond') / of('drain', 'perSecond', 'kafkajs loop, at least once'),
      unit: times,
      atLeast: 1.3,
    },
    {
      figure: 'events/s against plain Nest',
      value: of('drain', 'perSecond') / of('drain', 'perSecond', 'plain Nest'),
      unit: times,
      atLeast: 25,
    },
    {
      figure: 'events/s exactly once against at least once',
      value: of('drain', 'perSecond') / of('drain', 'perSecond', AT_LEAST_ONCE),
      unit: times,
      atLeast: 0.8,
    },
    {
      figure: 'CPU per event against the bare loop on the same driver',
      value: of('drain', 'cpuMicros') / of('drain', 'cpuMicros', 'bare loop, exactly once'),
      unit: times,
      atMost: 1.35,
    },
    ...[CONSUMING, PARSING].map((floor) => ({
      figure: `CPU per event against ${floor}`,
      value: of('floor', 'cpuMicros') / of('floor', 'cpuMicros', floor),
      unit: times,
    })),
    ...['p50', 'p99'].flatMap((figure) => [
      {
        figure: `${figure} at 2,000 events/s against Kafka Streams with its default commit interval`,
        value: latencyRatio(figure),
        unit: times,
        atMost: 0.5,
      },
      {
        figure: `${figure} at 2,000 events/s against Kafka Streams tuned to 10 ms`,
        value: latencyRatio(figure, ', commit 10 ms'),
        unit: times,
        atMost: 1,
      },
    ]),
    {
      figure: 'p99 at 2,000 events/s, exactly once against at least once',
      value: of('latency', 'p99') / of('latency', 'p99', AT_LEAST_ONCE),
      unit: times,
      atMost: 6,
    },
    ...[0, 2].flatMap((row) =>
      [
        { figure: 'cpuMicros', whose: 'the client' },
        { figure: 'brokerMicros', whose: 'the broker' },
      ].map(({ figure, whose }) => ({
        figure: `2,000 events/s over 48 partitions${row === 0 ? '' : ' with BATCH_LINGER_MS=100'}, CPU of ${whose} against Kafka Streams tuned to the same p99`,
        value: lightLoad(figure, row),
        unit: times,
        atMost: 1,
      })),
    ),
    {
      figure: 'peak memory during the drain',
      value: Math.max(...rounds('drain', 'peakMb', PIPELINE)),
      unit: 'MB',
      atMost: 450,
    },
    ...[
      { what: 'memory', rise: 'riseMb', noise: 'noiseMb' },
      { what: 'what full collections leave of the heap', rise: 'leftRiseMb', noise: 'leftNoiseMb' },
    ].map(({ what, rise, noise }) => ({
      figure: `rise of ${what} over the soak against its noise (two standard deviations)`,
      value: of('soak', rise, 0) / (2 * of('soak', noise, 0)),
      unit: times,
      atMost: 1,
    })),
    {
      figure: 'CPU per event over 96 partitions against 4',
      value: second('partitions', 'cpuMicros'),
      unit: times,
      atMost: 1.3,
    },
    {
      figure: 'CPU per event of a backlog of 5,000,000 against 500,000',
      value: second('backlog', 'cpuMicros'),
      unit: times,
      atMost: 1.05,
    },
    {
      figure: 'events/s with 50 % invalid against 5 %',
      value: second('invalid', 'perSecond'),
      unit: times,
      atLeast: 0.5,
    },
    {
      figure: 'CPU per event of two instances against one',
      value: second('instances', 'cpuMicros'),
      unit: times,
      atMost: 1.15,
    },
    {
      figure: 'the same with twice the events, as many for each instance as for the one',
      value: of('instances', 'cpuMicros', 2) / of('instances', 'cpuMicros', 0),
      unit: times,
    },
    {
      figure: 'events/s of the producer told to write 50,000',
      value: of('producer', 'perSecond', 0),
      unit: 'events/s',
      atLeast: 49_500,
    },
    {
      figure: 'CPU per event of the producer at 50,000 events/s',
      value: of('producer', 'cpuMicros', 0),
      unit: 'µs',
      atMost: 8,
    },
    ...[1, 10, 50].map((poolSize, row) => ({
      figure: `look-ups answered in 20 ms, one partition: events/s against KAFKA_WORKER_POOL_SIZE=${poolSize} / 20 ms`,
      value: of('enrichment', 'shareOfPossible', row),
      unit: times,
      atLeast: 0.85,
    })),
    {
      figure: 'dead letters while the server of the look-ups is down for 60 s',
      value: Math.max(...rounds('enrichment', 'deadLetters', 3)),
      unit: '',
      atMost: 0,
    },
    {
      figure: 'rise of memory meanwhile',
      value: Math.max(...rounds('enrichment', 'riseMb', 3)),
      unit: 'MB',
      atMost: 50,
    },
    {
      figure: 'back at full speed after its return',
      value: Math.max(...rounds('enrichment', 'backSeconds', 3)),
      unit: 's',
      atMost: 10,
    },
    {
      figure: 'an index of 1,000,000 dead letters, alone',
      value: of('index', 'seconds', 0),
      unit: 's',
      atMost: 60,
    },
    {
      figure: 'events/s while it is built against without',
      value: of('index', 'perSecond', 2) / of('index', 'perSecond', 1),
      unit: times,
      atLeast: 0.9,
    },
    {
      figure: 'p99 at 2,000 events/s while it is built against without',
      value: of('index', 'p99', 4) / of('index', 'p99', 3),
      unit: times,
      atMost: 1.5,
    },
    { figure: 'values of 2 KB', value: of('sizes', 'mbPerSecond', 1), unit: 'MB/s' },
    { figure: 'values of 20 KB', value: of('sizes', 'mbPerSecond', 2), unit: 'MB/s' },
  ];
}
