import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { HEADERS } from '@pipeline/contracts';
import type { InputRecord, KafkaHeader } from '../record.js';
import type { FirstOrigin } from '../retry/retry-headers.js';
import { int32, int64, lastHeader, text } from './header-bytes.js';

/** That a record was replayed, and how often in all. */
export interface Replay {
  readonly operationId: string;
  readonly count: number;
}

/** Where a replayed record was read from in its first life. */
export type ReplayedFrom = Pick<FirstOrigin, 'topic' | 'partition' | 'offset' | 'timestamp'>;

type Content = Pick<InputRecord, 'key' | 'value'>;

const OPERATION_ID = /^[\w-]{1,64}$/;
const COUNT = /^[1-9]\d{0,2}$/;
const KEY_ID = /^[\w-]{1,64}$/;
/** Keys of all the instances that ever began a group's topic of operations at the same time. */
const MOST_KEYS = 100;

/**
 * Tells replays from forgeries. Anybody who may write to the input topic can write any header; a replay carries a
 * proof (HMAC-SHA-256) over what its headers claim and over the event itself, by a key that only the group has.
 */
export class ReplayKeys {
  private readonly keys = new Map<string, Buffer>();
  private current: string | undefined;

  constructor(private readonly groupId: string) {}

  /** From now on proofs are made with this key; those made with the former ones stay good. */
  add(id: string, key: Buffer): void {
    if (!KEY_ID.test(id) || (this.keys.size >= MOST_KEYS && !this.keys.has(id))) return;
    this.keys.set(id, key);
    this.current = id;
  }

  get canProve(): boolean {
    return this.current !== undefined;
  }

  /** The headers of a replay besides the event's own. @throws Error without a key */
  prove(content: Content, replay: Replay, from: ReplayedFrom): readonly KafkaHeader[] {
    const key = this.current === undefined ? undefined : this.keys.get(this.current);
    if (!key) throw new Error('there is no key to prove a replay with');
    const proof = `${this.current ?? ''}.${this.mac(key, content, replay, from).toString('base64url')}`;
    return [
      [HEADERS.springTopic, text(from.topic)],
      [HEADERS.springPartition, int32(from.partition)],
      [HEADERS.springOffset, int64(from.offset)],
      [HEADERS.springTimestamp, int64(from.timestamp)],
      ...replayHeaders(replay),
      [HEADERS.replayProof, text(proof)],
    ];
  }

  /** What a record of the input says of its former life, if that is proved. */
  verify(record: InputRecord): (Replay & { readonly from: ReplayedFrom }) | undefined {
    const proof = lastHeader(record.headers, HEADERS.replayProof)?.toString('latin1').split('.');
    const key = proof?.length === 2 ? this.keys.get(proof[0] ?? '') : undefined;
    if (!key) return undefined;
    const replay = replayIn(record);
    const from = fromIn(record);
    if (!replay || !from) return undefined;
    const expected = this.mac(key, record, replay, from);
    const given = Buffer.from(proof?.[1] ?? '', 'base64url');
    const isProved = given.length === expected.length && timingSafeEqual(given, expected);
    return isProved ? { ...replay, from } : undefined;
  }

  private mac(key: Buffer, { key: name, value }: Content, replay: Replay, from: ReplayedFrom): Buffer {
    const { topic, partition, offset, timestamp } = from;
    const claims = [this.groupId, replay.operationId, replay.count, topic, partition, offset, timestamp];
    const said = JSON.stringify([...claims, digest(name), digest(value)]);
    return createHmac('sha256', key).update(said).digest();
  }
}

/** Headers that a replayed record keeps through retry topics and into its next dead letter. */
export const replayHeaders = ({ operationId, count }: Replay): readonly KafkaHeader[] => [
  [HEADERS.replayCount, text(String(count))],
  [HEADERS.operationId, text(operationId)],
];

/** What the headers say, of a record of our own making; undefined where it was not replayed. */
export function replayIn({ headers }: Pick<InputRecord, 'headers'>): Replay | undefined {
  const count = lastHeader(headers, HEADERS.replayCount)?.toString() ?? '';
  const operationId = lastHeader(headers, HEADERS.operationId)?.toString() ?? '';
  if (!COUNT.test(count) || !OPERATION_ID.test(operationId)) return undefined;
  return { operationId, count: Number(count) };
}

function fromIn({ headers }: InputRecord): ReplayedFrom | undefined {
  const topic = lastHeader(headers, HEADERS.springTopic)?.toString();
  const partition = lastHeader(headers, HEADERS.springPartition);
  const offset = lastHeader(headers, HEADERS.springOffset);
  const timestamp = lastHeader(headers, HEADERS.springTimestamp);
  if (!topic || partition?.length !== 4 || offset?.length !== 8 || timestamp?.length !== 8) return undefined;
  return {
    topic,
    partition: partition.readInt32BE(),
    offset: String(offset.readBigInt64BE()),
    timestamp: String(timestamp.readBigInt64BE()),
  };
}

const digest = (bytes: Buffer | null): string | null =>
  bytes && createHash('sha256').update(bytes).digest('base64');
