import { HEADERS } from '@pipeline/contracts';
import type { ReadRecord } from '@pipeline/kafka';
import { hashOf, type Interned } from './interned.js';

/** What the index keeps of a dead letter, texts as numbers; -1 where the letter does not tell. */
export interface LetterFields {
  offset: number;
  /** Milliseconds since the epoch. */
  failedAt: number;
  reason: number;
  violations: number;
  topic: number;
  partition: number;
  originOffset: number;
  /** How often it had been replayed before it died again. */
  replays: number;
  /** Of its key; 0 without one. */
  keyHash: number;
}

/** The texts that letters have in common. */
export interface LetterTexts {
  readonly reasons: Interned;
  readonly violations: Interned;
  readonly topics: Interned;
}

type Read = (bytes: Buffer, start: number, end: number) => void;

/**
 * Reads the few headers that matter, in one pass over their bytes; of two with one name the last counts, which
 * the pipeline has written. What another program wrote to the topic is a letter that tells little.
 */
export function letterReader(texts: LetterTexts): (record: ReadRecord) => LetterFields {
  // One object for all: a million of them would have to be cleared away.
  const fields = emptyFields();
  const readers = new Map<string, Read>([
    [HEADERS.reason, (bytes, start, end) => (fields.reason = texts.reasons.add(bytes, start, end))],
    [
      HEADERS.violations,
      (bytes, start, end) => (fields.violations = texts.violations.add(bytes, start, end)),
    ],
    [HEADERS.failedAt, (bytes, start, end) => (fields.failedAt = timeIn(bytes, start, end, fields.failedAt))],
    [HEADERS.springTopic, (bytes, start, end) => (fields.topic = texts.topics.add(bytes, start, end))],
    [
      HEADERS.springPartition,
      (bytes, start, end) => (fields.partition = end - start === 4 ? bytes.readInt32BE(start) : -1),
    ],
    [HEADERS.springOffset, (bytes, start, end) => (fields.originOffset = int64In(bytes, start, end))],
    [HEADERS.replayCount, (bytes, start, end) => (fields.replays = countIn(bytes, start, end))],
  ]);
  const byLength: { name: Buffer; read: Read }[][] = [];
  for (const [name, read] of readers) (byLength[name.length] ??= []).push({ name: Buffer.from(name), read });

  const visit = (bytes: Buffer, nameStart: number, nameEnd: number, start: number, end: number): void => {
    for (const { name, read } of byLength[nameEnd - nameStart] ?? []) {
      if (isAt(name, bytes, nameStart)) {
        read(bytes, start, end);
        return;
      }
    }
  };
  return (record) => {
    Object.assign(fields, EMPTY);
    fields.offset = Number(record.offset);
    fields.failedAt = record.timestampMs;
    const { key } = record;
    fields.keyHash = key === null ? 0 : hashOf(key, 0, key.length);
    record.eachHeader(visit);
    return fields;
  };
}

const emptyFields = (): LetterFields => ({
  offset: 0,
  failedAt: -1,
  reason: 0,
  violations: 0,
  topic: 0,
  partition: -1,
  originOffset: -1,
  replays: 0,
  keyHash: 0,
});
const EMPTY = emptyFields();

/** From the end, where names that begin alike differ. */
function isAt(name: Buffer, bytes: Buffer, start: number): boolean {
  for (let i = name.length - 1; i >= 0; i--) if (name[i] !== bytes[start + i]) return false;
  return true;
}

function int64In(bytes: Buffer, start: number, end: number): number {
  if (end - start !== 8) return -1;
  return bytes.readInt32BE(start) * 0x1_0000_0000 + bytes.readUInt32BE(start + 4);
}

/** At most three digits are believed; the pipeline stops far below. */
export function countIn(bytes: Buffer, start: number, end: number): number {
  if (end <= start || end - start > 3) return 0;
  let count = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) return 0;
    count = count * 10 + digit;
  }
  return Math.min(count, 255);
}

const ISO_LENGTH = 24;
const DAY_MS = 86_400_000;
let knownDay = -1;
let knownDayMs = 0;

/** Milliseconds of an ISO 8601 time as the pipeline writes it; `fallback` for anything else. */
export function timeIn(bytes: Buffer, start: number, end: number, fallback: number): number {
  if (end - start !== ISO_LENGTH || bytes[end - 1] !== 0x5a) return fallback;
  const digits = (at: number, count: number): number => {
    let value = 0;
    for (let i = start + at; i < start + at + count; i++) {
      const digit = (bytes[i] ?? 0) - 48;
      if (digit < 0 || digit > 9) return NaN;
      value = value * 10 + digit;
    }
    return value;
  };
  const day = digits(0, 4) * 10_000 + digits(5, 2) * 100 + digits(8, 2);
  if (day !== knownDay) {
    const ms = Date.UTC(Math.floor(day / 10_000), (Math.floor(day / 100) % 100) - 1, day % 100);
    if (Number.isNaN(ms)) return fallback;
    knownDay = day;
    knownDayMs = ms;
  }
  const ofDay = ((digits(11, 2) * 60 + digits(14, 2)) * 60 + digits(17, 2)) * 1_000 + digits(20, 3);
  return ofDay < DAY_MS ? knownDayMs + ofDay : fallback;
}
