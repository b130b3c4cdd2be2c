import type { Status } from '../../api/types.js';
import { formatDistance, formatDuration, formatPartitions } from '../../format.js';

/** Something that an operator should know of, in the order of how much it matters. */
export interface Trouble {
  readonly level: 'error' | 'warning';
  readonly title: string;
  readonly detail: string;
}

/** From here on a partition that has work and makes no progress is worth a word. */
const STALLED_AFTER_S = 10;

/** What is wrong, as far as the status shows it. */
export function troublesOf(status: Status, now: number): readonly Trouble[] {
  const { transport } = status;
  return [
    ...transportTroubles(transport),
    ...circuitTroubles(status, now),
    ...(status.flood
      ? [warning('Flood of dead letters', 'Most events of the last minutes were dead-lettered.')]
      : []),
    ...stallTroubles(transport),
    ...pauseTroubles(status, now),
    ...(status.control?.readable === false
      ? [warning('Control topic unreadable', 'Pauses of the group are as they were last known.')]
      : []),
  ];
}

function transportTroubles({ brokerAnswers, member, refused }: Status['transport']): Trouble[] {
  if (refused.length > 0) return refused.map((what) => error('Refused by Kafka', what));
  if (!brokerAnswers) return [error('Kafka does not answer', 'Nothing is taken until a broker does.')];
  if (!member) return [error('Not a member of the group', 'This instance has no partitions at the moment.')];
  return [];
}

function circuitTroubles({ circuits }: Status, now: number): Trouble[] {
  return circuits
    .filter(({ state }) => state !== 'closed')
    .map(({ name, state, since }) =>
      error(
        `Circuit ${state === 'open' ? 'open' : 'trying'}: ${name}`,
        `Events wait in Kafka; ${state} for ${formatDuration((now - Date.parse(since)) / 1_000)}.`,
      ),
    );
}

function stallTroubles({ partitions }: Status['transport']): Trouble[] {
  return partitions
    .filter(({ stalledSeconds }) => stalledSeconds >= STALLED_AFTER_S)
    .map(({ topic, partition, stalledSeconds }) =>
      error(
        'Stalled',
        `${topic}, partition ${partition}: no progress for ${formatDuration(stalledSeconds)}.`,
      ),
    );
}

function pauseTroubles({ pauses = [], transport }: Status, now: number): Trouble[] {
  const byOperator = pauses.map(({ scope, partitions, reason, until }) => {
    const what = partitions?.length ? `partitions ${formatPartitions(partitions)}` : `the ${scope}`;
    const end = until === null ? 'until somebody resumes' : `ends ${formatDistance(until, now)}`;
    return warning(`Paused: ${what}`, `${reason ?? 'no reason given'}; ${end}.`);
  });
  const instance = otherReasons(transport.pausedBy).map((reason) =>
    warning(`Takes nothing: ${reason}`, 'This instance waits by itself.'),
  );
  const partitions = transport.partitions
    .filter(({ pausedBy }) => otherReasons(pausedBy).length > 0)
    .map(({ topic, partition, pausedBy }) =>
      warning(`Takes nothing: ${otherReasons(pausedBy).join(', ')}`, `${topic}, partition ${partition}.`),
    );
  return [...byOperator, ...instance, ...partitions];
}

/** What is told otherwise, or is a part of everyday work. */
const EXPECTED = new Set(['operator', 'circuit', 'retry-not-due', 'flood']);
const otherReasons = (reasons: readonly string[]) => reasons.filter((reason) => !EXPECTED.has(reason));

const error = (title: string, detail: string): Trouble => ({ level: 'error', title, detail });
const warning = (title: string, detail: string): Trouble => ({ level: 'warning', title, detail });

/** In one word, for the headline. */
export function stateOf(
  status: Status,
): 'Running' | 'Paused' | 'Partly paused' | 'Waiting' | 'Out of the group' {
  const { pauses = [], transport } = status;
  if (!transport.member) return 'Out of the group';
  if (transport.pausedBy.includes('operator')) return 'Paused';
  if (pauses.some(({ partitions }) => !partitions?.length)) return 'Paused';
  if (transport.pausedBy.length > 0) return 'Waiting';
  return pauses.length > 0 ? 'Partly paused' : 'Running';
}
