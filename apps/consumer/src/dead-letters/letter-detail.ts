import { HEADERS, type Violation } from '@pipeline/contracts';
import type { LetterReplay, LetterSummary, StoredLetter } from './letter.js';
import { brokenRules } from './index/violation-sets.js';
import { countIn } from './index/letter-fields.js';
import { toIso } from './index/iso-time.js';
import { isShownHeader, MASKED, maskValue } from './mask.js';

/** Bytes as they are shown: `base64` where they are no UTF-8; the numbers of some headers as `integer`. */
export interface Shown {
  readonly text: string | null;
  readonly encoding: 'utf8' | 'base64' | 'integer';
}

export interface ShownHeader extends Shown {
  readonly name: string;
}

/** Everything there is to see of a dead letter. */
export interface LetterDetail extends LetterSummary {
  readonly timestamp: string | null;
  readonly key: string | null;
  readonly keyEncoding: Shown['encoding'];
  readonly value: string | null;
  readonly valueEncoding: Shown['encoding'];
  readonly headers: readonly ShownHeader[];
  readonly violations: readonly Violation[];
  /** Calls of the handler in its last life; null where the letter does not tell. */
  readonly attempts: number | null;
  /** Since it died, the first time first. */
  readonly replays: readonly LetterReplay[];
  /** Personal data is left out, because the viewer may not see it. */
  readonly masked: boolean;
}

export interface KnownOfLetter {
  readonly summary?: LetterSummary | undefined;
  readonly replays?: readonly LetterReplay[];
}

/**
 * A letter as it stands in the topic.
 * @param known what the index knows of it
 * @param masked without personal data
 */
export function toDetail(
  letter: StoredLetter,
  { summary: known, replays = [] }: KnownOfLetter,
  masked: boolean,
): LetterDetail {
  const { partition, offset } = letter;
  const violations = headerText(letter, HEADERS.violations) ?? '';
  const key = shown(letter.key);
  const value = shown(letter.value);
  const attempts = headerText(letter, HEADERS.attempts) ?? '';
  return {
    partition,
    offset,
    failedAt: toIso(Date.parse(headerText(letter, HEADERS.failedAt) ?? '')) ?? toIso(letter.timestamp),
    reason: headerText(letter, HEADERS.reason) ?? '',
    rules: brokenRules(violations),
    origin: originOf(letter),
    replayCount: replayCountOf(letter),
    replayed: known?.replayed ?? false,
    parked: known?.parked ?? false,
    timestamp: toIso(letter.timestamp),
    key: masked && key.text !== null ? MASKED : key.text,
    keyEncoding: masked ? 'utf8' : key.encoding,
    value: masked && value.text !== null ? maskedValue(value) : value.text,
    valueEncoding: masked ? 'utf8' : value.encoding,
    headers: letter.headers.map(([name, content]) => shownHeader(name, content, masked)),
    violations: parseViolations(violations),
    attempts: /^\d{1,9}$/.test(attempts) ? Number(attempts) : null,
    replays,
    masked,
  };
}

/** The last header of the name, which the pipeline has written, as a text. */
export function headerText(letter: Pick<StoredLetter, 'headers'>, name: string): string | undefined {
  const bytes = header(letter, name);
  return bytes ? Buffer.from(bytes).toString() : undefined;
}

/** How often a letter had been replayed before. */
export function replayCountOf(letter: Pick<StoredLetter, 'headers'>): number {
  const bytes = header(letter, HEADERS.replayCount);
  return bytes ? countIn(Buffer.from(bytes), 0, bytes.length) : 0;
}

/** Where it was read from in its first life; null where it does not tell. */
export function originOf(letter: Pick<StoredLetter, 'headers'>): LetterSummary['origin'] {
  const topic = headerText(letter, HEADERS.springTopic);
  const partition = integerIn(header(letter, HEADERS.springPartition));
  const offset = integerIn(header(letter, HEADERS.springOffset));
  if (!topic || partition === undefined || offset === undefined) return null;
  return partition < 0n || offset < 0n
    ? null
    : { topic, partition: Number(partition), offset: Number(offset) };
}

const header = ({ headers }: Pick<StoredLetter, 'headers'>, name: string): Uint8Array | null | undefined =>
  headers.findLast((one) => one[0] === name)?.[1];

/** Four or eight bytes, big-endian; undefined for anything else. */
function integerIn(bytes: Uint8Array | null | undefined): bigint | undefined {
  const buffer = Buffer.from(bytes ?? []);
  if (buffer.length === 4) return BigInt(buffer.readInt32BE());
  return buffer.length === 8 ? buffer.readBigInt64BE() : undefined;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function shown(bytes: Uint8Array | null): Shown {
  if (bytes === null) return { text: null, encoding: 'utf8' };
  try {
    return { text: strictUtf8.decode(bytes), encoding: 'utf8' };
  } catch {
    return { text: Buffer.from(bytes).toString('base64'), encoding: 'base64' };
  }
}

const maskedValue = ({ text, encoding }: Shown): string =>
  encoding === 'utf8' && text !== null ? maskValue(text) : MASKED;

/** Those of Spring Kafka's headers that are numbers. */
const INTEGERS: ReadonlySet<string> = new Set([
  HEADERS.springPartition,
  HEADERS.springOffset,
  HEADERS.springTimestamp,
]);

function shownHeader(name: string, bytes: Uint8Array | null, masked: boolean): ShownHeader {
  if (masked && bytes !== null && !isShownHeader(name)) return { name, text: MASKED, encoding: 'utf8' };
  const number = INTEGERS.has(name) ? integerIn(bytes) : undefined;
  return number === undefined
    ? { name, ...shown(bytes) }
    : { name, text: String(number), encoding: 'integer' };
}

function parseViolations(text: string): readonly Violation[] {
  const messages = new Map<string, string>();
  try {
    for (const { field, rule, message } of JSON.parse(text) as {
      field: unknown;
      rule: unknown;
      message: unknown;
    }[]) {
      messages.set(JSON.stringify([field, rule]), String(message));
    }
  } catch {
    // Not of our making.
  }
  return brokenRules(text).map(({ field, rule }) => ({
    field,
    rule,
    message: messages.get(JSON.stringify([field, rule])) ?? '',
  }));
}
