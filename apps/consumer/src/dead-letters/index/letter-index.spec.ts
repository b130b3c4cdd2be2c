import { describe, expect, it } from '@jest/globals';
import { HEADERS } from '@pipeline/contracts';
import type { ReadRecord } from '@pipeline/kafka';
import fc from 'fast-check';
import type { LetterFilter, LetterSummary } from '../letter.js';
import { readCursor } from './cursor.js';
import { LetterIndex } from './letter-index.js';

interface Made {
  readonly partition: number;
  readonly reason: string;
  readonly rules: readonly { readonly field: string; readonly rule: string }[];
  readonly failedAt: number;
  readonly origin: number;
}

const REASONS = ['VALIDATION_FAILED', 'MALFORMED_JSON'];
const RULES = ['type', 'required'];
const FIELDS = ['ip', 'user_id'];
const START = Date.parse('2026-01-01T00:00:00.000Z');

const made: fc.Arbitrary<Made> = fc.record({
  partition: fc.nat(2),
  reason: fc.constantFrom(...REASONS),
  rules: fc.array(fc.record({ field: fc.constantFrom(...FIELDS), rule: fc.constantFrom(...RULES) }), {
    maxLength: 2,
  }),
  // Few different ones, in no order: clocks differ.
  failedAt: fc.nat(20).map((minute) => START + minute * 60_000),
  origin: fc.nat(1),
});
const filters: fc.Arbitrary<LetterFilter> = fc.record(
  {
    reason: fc.constantFrom(...REASONS, 'OTHER'),
    rule: fc.constantFrom(...RULES),
    field: fc.constantFrom(...FIELDS),
    from: fc.nat(20).map((minute) => START + minute * 60_000),
    to: fc.nat(20).map((minute) => START + minute * 60_000),
    topic: fc.constantFrom('in-0', 'in-1', 'in-2'),
    replayed: fc.boolean(),
  },
  { requiredKeys: [] },
);

/** A record as the reader hands it out. */
function record(
  offset: number,
  headers: readonly (readonly [string, Buffer])[],
  key: Buffer | null = null,
): ReadRecord {
  return {
    key,
    value: null,
    headers,
    offset: String(offset),
    timestamp: String(START),
    timestampMs: START,
    eachHeader: (visit) => {
      for (const [name, value] of headers) {
        const bytes = Buffer.concat([Buffer.from(name), value]);
        visit(bytes, 0, bytes.length - value.length, bytes.length - value.length, bytes.length);
      }
    },
  };
}

function letter(offset: number, { reason, rules, failedAt, origin }: Made): ReadRecord {
  const partition = Buffer.alloc(4);
  partition.writeInt32BE(1);
  const original = Buffer.alloc(8);
  original.writeBigInt64BE(BigInt(offset) + 2n ** 40n);
  return record(offset, [
    [HEADERS.reason, Buffer.from(reason)],
    [HEADERS.violations, Buffer.from(JSON.stringify(rules.map((one) => ({ ...one, message: 'm' }))))],
    [HEADERS.failedAt, Buffer.from(new Date(failedAt).toISOString())],
    [HEADERS.springTopic, Buffer.from(`in-${String(origin)}`)],
    [HEADERS.springPartition, partition],
    [HEADERS.springOffset, original],
  ]);
}

function indexOf(letters: readonly Made[], max = 1_000_000) {
  const index = new LetterIndex(max);
  const next = new Map<number, number>();
  for (const one of letters) {
    const offset = next.get(one.partition) ?? 0;
    next.set(one.partition, offset + 1);
    index.add(one.partition, [letter(offset, one)], START + 1e9);
  }
  return index;
}

function pages(index: LetterIndex, filter: LetterFilter, limit: number): LetterSummary[] {
  const items: LetterSummary[] = [];
  for (let after: ReturnType<typeof readCursor>; ;) {
    const page = index.list(filter, { limit, after });
    items.push(...page.items);
    if (page.nextCursor === null) return items;
    after = readCursor(page.nextCursor);
  }
}

const nameOf = ({ partition, offset }: { partition: number; offset: number }) => `${partition}@${offset}`;

function holds(filter: LetterFilter, one: LetterSummary): boolean {
  const at = Date.parse(one.failedAt ?? '');
  const { reason, rule, field, from = -Infinity, to = Infinity, topic, replayed } = filter;
  return (
    (reason === undefined || one.reason === reason) &&
    ((rule === undefined && field === undefined) ||
      one.rules.some(
        (broken) => (rule ?? broken.rule) === broken.rule && (field ?? broken.field) === broken.field,
      )) &&
    at >= from &&
    at < to &&
    (topic === undefined || one.origin?.topic === topic) &&
    (replayed === undefined || one.replayed === replayed)
  );
}

const someLetters = fc.array(made, { maxLength: 60 });

describe('an index of dead letters', () => {
  it('keeps what the letters say', () => {
    const one: Made = {
      partition: 1,
      reason: 'R',
      rules: [{ field: 'ip', rule: 'type' }],
      failedAt: START,
      origin: 0,
    };
    expect(indexOf([one]).get({ partition: 1, offset: 0 })).toEqual({
      partition: 1,
      offset: 0,
      failedAt: '2026-01-01T00:00:00.000Z',
      reason: 'R',
      rules: [{ field: 'ip', rule: 'type' }],
      origin: { topic: 'in-0', partition: 1, offset: 2 ** 40 },
      replayCount: 0,
      replayed: false,
      parked: false,
    });
  });

  it('lists each letter once, whatever the size of a page, newest of a partition first', () => {
    fc.assert(
      fc.property(someLetters, filters, fc.integer({ min: 1, max: 7 }), (letters, filter, limit) => {
        const index = indexOf(letters);
        const all = index.list({}, { limit: 1_000 }).items;
        expect(new Set(all.map(nameOf)).size).toBe(letters.length);
        expect(pages(index, {}, limit)).toEqual(all);
        expect(pages(index, filter, limit)).toEqual(all.filter((one) => holds(filter, one)));
        for (const partition of [0, 1, 2]) {
          const offsets = all.filter((one) => one.partition === partition).map(({ offset }) => offset);
          expect(offsets).toEqual([...offsets].sort((a, b) => b - a));
        }
      }),
    );
  });

  it('counts, groups and goes through what it lists', () => {
    fc.assert(
      fc.property(someLetters, filters, fc.integer({ min: 1, max: 7 }), (letters, filter, limit) => {
        const index = indexOf(letters);
        const listed = pages(index, filter, 10);
        expect(index.countMatching(filter)).toBe(listed.length);
        const ends = new Map([0, 1, 2].map((partition) => [partition, 100]));
        const found: { partition: number; offset: number }[] = [];
        for (let page = index.ascending(filter, { ends, limit }); page.length > 0;) {
          found.push(...page);
          page = index.ascending(filter, { ends, limit, after: page.at(-1) as (typeof page)[0] });
        }
        expect(found.map(nameOf)).toEqual(
          listed.sort((a, b) => a.partition - b.partition || a.offset - b.offset).map(nameOf),
        );
        for (const { reason, rule, count } of index.groups(filter)) {
          const same = listed.filter(
            (one) =>
              one.reason === reason &&
              (rule === null ? one.rules.length === 0 : one.rules.some((broken) => broken.rule === rule)),
          );
          expect(count).toBe(same.length);
        }
      }),
    );
  });

  it('keeps no more than it may, and loses the oldest', () => {
    fc.assert(
      fc.property(someLetters, fc.integer({ min: 1, max: 20 }), (letters, max) => {
        const all = indexOf(letters).list({}, { limit: 1_000 }).items;
        const index = indexOf(letters, max);
        expect(index.length).toBe(Math.min(letters.length, max));
        const kept = index.list({}, { limit: 1_000 }).items;
        // Those of one partition are lost in their order.
        for (const partition of [0, 1, 2]) {
          const own = (some: readonly LetterSummary[]) =>
            some.filter((one) => one.partition === partition).map(nameOf);
          expect(own(all).slice(0, own(kept).length)).toEqual(own(kept));
        }
      }),
    );
  });

  it('knows what was replayed, and forgets what was deleted', () => {
    const one: Made = { partition: 0, reason: 'R', rules: [], failedAt: START, origin: 0 };
    const index = indexOf(Array<Made>(20_000).fill(one));
    expect(
      index.mark('replayed', [
        { partition: 0, offset: 19_998 },
        { partition: 0, offset: 20_000 },
      ]),
    ).toEqual([{ partition: 0, offset: 20_000 }]);
    index.mark('parked', [{ partition: 0, offset: 19_999 }]);
    expect(index.countMatching({ replayed: true })).toBe(1);
    expect(index.counts()).toEqual({ byReason: { R: 20_000 }, oldestOpenAt: START });
    index.dropBelow(0, 19_998);
    expect(index.length).toBe(2);
    expect(index.counts().oldestOpenAt).toBeUndefined();
    index.dropBelow(0, 30_000);
    expect(index.list({}, { limit: 10 })).toEqual({ items: [], cursors: [], nextCursor: null });
  });

  it('groups no more than 65,535 reasons; letters with others are one group, and all are counted', () => {
    const [told, others] = [65_535, 1_000];
    const reasons = Array.from({ length: told + others }, (_, number) => `R${String(number)}`);
    const one = { partition: 0, rules: [], failedAt: START, origin: 0 };
    const index = indexOf(reasons.map((reason) => ({ ...one, reason })));
    const groups = index.groups({});
    expect(groups).toHaveLength(told + 1);
    expect(groups[0]).toMatchObject({ reason: '', rule: null, count: others });
    expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(told + others);
    expect(index.countMatching({ reason: 'R0' })).toBe(1);
    // Not told apart, so that nobody who replays or looks for one of them gets all.
    expect(index.countMatching({ reason: reasons.at(-1) })).toBe(0);
    expect(Object.keys(index.counts().byReason)).toHaveLength(told + 1);
  });

  it('takes whatever others write to the topic', () => {
    const bytes = fc.uint8Array({ maxLength: 40 }).map((some) => Buffer.from(some));
    const headers = fc.array(fc.tuple(fc.constantFrom(...Object.values(HEADERS), 'other'), bytes));
    fc.assert(
      fc.property(headers, fc.option(bytes), (some, key) => {
        const index = new LetterIndex(10);
        index.add(0, [record(0, some, key)]);
        expect(index.list({}, { limit: 1 }).items).toHaveLength(1);
        index.groups({});
      }),
    );
  });
});
