import { HEADERS, isReservedHeader } from '@pipeline/contracts';
import type { KafkaHeader, OutgoingRecord, ReplayedFrom, ReplayKeys } from '@pipeline/kafka';
import { headerText, originOf, replayCountOf } from '../dead-letters/letter-detail.js';
import type { StoredLetter } from '../dead-letters/letter.js';
import type { Order } from './operation.js';

/** Where letters may go. */
export interface ReplayRules {
  /** Topics that may be replayed to. */
  readonly targets: readonly string[];
  readonly parking: string;
  readonly dlq: string;
  readonly maxReplays: number;
}

/** What becomes of a letter. */
export type Decision =
  | { readonly is: 'replayed' | 'parked'; readonly topic: string }
  | { readonly is: 'refused'; readonly why: string };

/** What a decision needs to know of a letter. */
interface Subject {
  /** The topic of its first life; null where it does not tell. */
  readonly topic: string | null;
  readonly replayCount: number;
}

/** What is written for a letter, its headers one by one. */
interface ReplayRecord extends OutgoingRecord {
  readonly headers: readonly KafkaHeader[];
}

/** One rule for what is announced and what is done. */
export function decide(
  { kind, target }: Pick<Order, 'kind' | 'target'>,
  { topic, replayCount }: Subject,
  { targets, parking, dlq, maxReplays }: ReplayRules,
): Decision {
  if (kind === 'park') return { is: 'parked', topic: parking };
  const to = target ?? topic;
  if (to === null) return { is: 'refused', why: 'do not tell where they came from: name a target' };
  if (to === dlq || !targets.includes(to)) {
    return { is: 'refused', why: `belong to the topic ${to}, which is not in REPLAY_TARGETS` };
  }
  return replayCount >= maxReplays ? { is: 'parked', topic: parking } : { is: 'replayed', topic: to };
}

/**
 * The record to write for a letter. One that is replayed is as it was in its first life, with the origin of it and
 * a proof that this is no forgery; one that is parked is as it stands in the dead-letter topic.
 */
export function toOutgoing(
  letter: StoredLetter,
  { is, topic }: Exclude<Decision, { is: 'refused' }>,
  operationId: string,
  keys: Pick<ReplayKeys, 'prove'>,
): ReplayRecord {
  const content = { key: toBuffer(letter.key), value: toBuffer(letter.value) };
  const headers = letter.headers.map(([name, value]): KafkaHeader => [name, toBuffer(value)]);
  const from = replayedFrom(letter);
  const count = replayCountOf(letter) + 1;
  return {
    topic,
    ...content,
    headers:
      is === 'parked'
        ? [
            ...headers.filter(([name]) => name !== HEADERS.operationId),
            [HEADERS.operationId, Buffer.from(operationId)],
          ]
        : [
            ...headers.filter(([name]) => !isReservedHeader(name)),
            ...keys.prove(content, { operationId, count }, from),
          ],
    partitionBy: 'source',
    // Where it came from, so that what shares its key is where it is.
    sourcePartition: is === 'parked' ? letter.partition : from.partition,
  };
}

/** Of a letter that does not tell, where it is now. */
function replayedFrom(letter: StoredLetter): ReplayedFrom {
  const origin = originOf(letter);
  const { partition, offset } = origin ?? letter;
  const timestamp = headerInt64(letter, HEADERS.springTimestamp) ?? String(letter.timestamp);
  return { topic: origin?.topic ?? UNKNOWN_TOPIC, partition, offset: String(offset), timestamp };
}

const UNKNOWN_TOPIC = 'unknown';

function headerInt64({ headers }: StoredLetter, name: string): string | undefined {
  const bytes = headers.findLast((header) => header[0] === name)?.[1];
  return bytes?.length === 8 ? String(Buffer.from(bytes).readBigInt64BE()) : undefined;
}

const toBuffer = (bytes: Uint8Array | null): Buffer | null => bytes && Buffer.from(bytes);

/** What a decision needs to know of a letter that was read. */
export const subjectOf = (letter: Pick<StoredLetter, 'headers'>): Subject => ({
  topic: headerText(letter, HEADERS.springTopic) ?? null,
  replayCount: replayCountOf(letter),
});
