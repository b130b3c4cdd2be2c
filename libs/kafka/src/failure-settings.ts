import { choice, decimal, defineSettings, integer, parseDuration, ratio, setting } from '@pipeline/ops';

const milliseconds = (name: string, preset: number, min: number, help: string) =>
  integer(name, { default: preset, min, max: 2 ** 31 - 1, unit: 'ms', help });

/** What happens to events that fail, and when too many do. */
export const FAILURE_SETTINGS = defineSettings({
  batchBudget: milliseconds(
    'BATCH_BUDGET',
    2_000,
    1,
    'That events of a fetched batch are begun for when processing waits on something outside; then they are written, and the others follow.',
  ),
  eventTimeout: milliseconds(
    'EVENT_TIMEOUT',
    30_000,
    1,
    'Until an event whose steps have not ended goes to the dead letters.',
  ),
  circuitRatio: decimal('CIRCUIT_FAILURE_RATIO', {
    default: 0.5,
    min: 0.01,
    max: 1,
    help: 'Share of the calls of something outside that must fail to open its circuit.',
  }),
  circuitCalls: integer('CIRCUIT_MINIMUM_CALLS', {
    default: 20,
    min: 1,
    max: 1_000_000,
    help: 'Calls within CIRCUIT_WINDOW below which the circuit stays as it is.',
  }),
  circuitWindow: milliseconds('CIRCUIT_WINDOW', 10_000, 100, 'Calls that are older do not count any more.'),
  circuitTrialAfter: milliseconds(
    'CIRCUIT_TRIAL_AFTER',
    5_000,
    10,
    'From the opening of a circuit until a single event tries again whether it may close.',
  ),
  floodRatio: ratio('DLQ_FLOOD_RATIO', {
    default: 0.5,
    help: 'More than this share of at least 1,000 events of the last minute dead-lettered is a flood.',
  }),
  floodAction: choice('DLQ_FLOOD_ACTION', {
    of: ['log', 'pause'],
    default: 'log',
    help: '`log`: a flood is logged and counted. `pause`: it also pauses this instance until an operator resumes.',
  }),
  retryLimit: integer('KAFKA_RETRY_LIMIT', {
    default: 3,
    min: 1,
    max: 100,
    help: 'Calls in all, in place, before an event goes on to the retry topics or the dead letters.',
  }),
  retryInitialDelay: milliseconds(
    'KAFKA_RETRY_INITIAL_DELAY',
    100,
    1,
    'Upper bound of the first wait between calls; doubles each time, with full jitter.',
  ),
  retryMaxDelay: milliseconds('KAFKA_RETRY_MAX_DELAY', 10_000, 1, 'Upper bound of every wait between calls.'),
  retryDelays: setting<readonly number[]>('RETRY_DELAYS', {
    default: '5s,1m,10m',
    accepts: 'none or a comma-separated list of up to 9 durations such as 5s,1m,10m',
    parse: parseDelays,
    help:
      'How long an event that failed in place for a passing reason waits in the retry topics `<INPUT_TOPIC>-retry-1`, ' +
      '`-retry-2`, … before it is tried again, one topic for each. `none`: no retry topics, the order of every key is kept.',
  }),
});

function parseDelays(given: string): readonly number[] | undefined {
  const parts = given.split(',').map((part) => part.trim());
  if (parts.length === 1 && parts[0]?.toLowerCase() === 'none') return [];
  const delays = parts.map(parseDuration);
  return parts.length <= 9 && delays.every((ms) => ms !== undefined) ? delays : undefined;
}
