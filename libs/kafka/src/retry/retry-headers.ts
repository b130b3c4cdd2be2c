import { RETRY_HEADERS } from '@pipeline/contracts';
import { lastHeader } from '../dead-letter/header-bytes.js';
import type { InputRecord, KafkaHeader } from '../record.js';

/** Where a record came from at first, and how often it has been tried. */
export interface FirstOrigin {
  readonly topic: string;
  readonly partition: number;
  /** Decimal, 64 bits. */
  readonly offset: string;
  /** Milliseconds since the epoch, decimal; -1 where the record had none. */
  readonly timestamp: string;
  /** Calls of the handler before the record was read this time. */
  readonly attempts: number;
}

/** What one more wait in a retry topic is recorded with. */
export interface Wait {
  /** The consumer group that the record waits for. */
  readonly groupId: string;
  /** Calls of the handler in all. */
  readonly attempts: number;
  /** Milliseconds since the epoch. */
  readonly dueAt: number;
  readonly error: Error;
}

/** The headers of a record of a retry topic, besides its own; the last one may be left out. */
export const retryHeaders = (
  first: FirstOrigin,
  { groupId, attempts, dueAt, error }: Wait,
): readonly KafkaHeader[] => [
  text(RETRY_HEADERS.group, groupId),
  text(RETRY_HEADERS.dueAt, dueAt),
  text(RETRY_HEADERS.attempts, attempts),
  text(RETRY_HEADERS.topic, first.topic),
  text(RETRY_HEADERS.partition, first.partition),
  text(RETRY_HEADERS.offset, first.offset),
  text(RETRY_HEADERS.timestamp, first.timestamp),
  text(RETRY_HEADERS.error, `${error.name}: ${error.message}`),
];

/** Whether a record of a retry topic waits for this consumer group; others of the same input use the same topics. */
export const isFor = (record: InputRecord, groupId: string): boolean =>
  (textIn(record, RETRY_HEADERS.group) ?? groupId) === groupId;

/**
 * When a record of a retry topic may be handled, in milliseconds since the epoch. One that does not tell is not
 * of our making, and due at once.
 */
export const dueAtOf = (record: InputRecord): number =>
  Number(numberIn(record, RETRY_HEADERS.dueAt, /^\d{1,15}$/) ?? 0);

/**
 * Where a record of a retry topic came from at first. One that does not tell all of it was put there by others:
 * then it came from where it is, `fallback`.
 */
export function firstOriginOf(record: InputRecord, fallback: FirstOrigin): FirstOrigin {
  const topic = textIn(record, RETRY_HEADERS.topic);
  const partition = numberIn(record, RETRY_HEADERS.partition, /^\d{1,9}$/);
  const offset = numberIn(record, RETRY_HEADERS.offset, /^\d{1,18}$/);
  const timestamp = numberIn(record, RETRY_HEADERS.timestamp, /^(?:-1|\d{1,18})$/);
  const attempts = numberIn(record, RETRY_HEADERS.attempts, /^\d{1,9}$/);
  if (!topic || !partition || !offset || !timestamp || !attempts) return fallback;
  return { topic, partition: Number(partition), offset, timestamp, attempts: Number(attempts) };
}

const textIn = ({ headers }: InputRecord, name: string): string | undefined =>
  lastHeader(headers, name)?.toString();

function numberIn(record: InputRecord, name: string, form: RegExp): string | undefined {
  const found = textIn(record, name);
  return found !== undefined && form.test(found) ? found : undefined;
}

const text = (name: string, value: string | number): KafkaHeader => [name, Buffer.from(String(value))];
