import { describe, expect, it } from '@jest/globals';
import { VALID, bytes } from '../support/events.js';
import { findLost, judge, keyOf } from './lib/oracle.mjs';

const input = [
  { value: bytes(VALID), valid: true, partition: 0 },
  { value: Buffer.from([0xff, 0xfe]), valid: false, partition: 0 },
  { value: bytes({ ...VALID, locale: null }), valid: true, partition: 0 },
];
const at = { processed_at: '2026-01-02T03:04:05.678Z' };
const record = (number: number, value: Buffer, partition = 0) => ({ partition, key: keyOf(number), value });
const first = record(0, bytes({ ...VALID, locale: 'ru', ...at }));
const second = record(1, Buffer.from([0xff, 0xfe]));
const third = record(2, bytes({ ...VALID, locale: null, ...at }));

const NOTHING = { lost: 0, doubled: 0, misrouted: 0, altered: 0, disordered: 0 };

describe('the oracle', () => {
  it.each([
    ['finds nothing when all is well', [first, third], [second], {}],
    ['sees what is lost', [first], [second], { lost: 1 }],
    ['sees what is doubled in one topic', [first, first, third], [second], { doubled: 1 }],
    [
      'sees what is in both topics',
      [first, third],
      [second, record(2, third.value)],
      { doubled: 1, misrouted: 1 },
    ],
    ['sees what is in the wrong topic', [first, third, second], [], { misrouted: 1, disordered: 1 }],
    ['sees changed bytes of a dead letter', [first, third], [record(1, Buffer.from('?'))], { altered: 1 }],
    ['sees a changed field', [record(0, bytes({ ...VALID, ...at })), third], [second], { altered: 1 }],
    ['sees a missing time', [record(0, bytes({ ...VALID, locale: 'ru' })), third], [second], { altered: 1 }],
    ['sees a record that nobody wrote', [first, third, record(9, first.value)], [second], { altered: 1 }],
    ['sees a wrong order in a partition', [third, first], [second], { disordered: 1 }],
    ['sees a wrong partition', [first, record(2, third.value, 1)], [second], { misrouted: 1 }],
  ])('%s', (_, processed, deadLettered, wrong) => {
    expect(judge(input, { processed, deadLettered })).toEqual({ ...NOTHING, ...wrong });
  });
});

it('tells where events were lost, and which of them are only not committed', () => {
  const spread = input.map((event, number) => ({ ...event, partition: number % 2 }));
  expect(findLost(spread, [first], [first, third])).toEqual([
    { partition: 1, lost: 1, first: 1, last: 1, notCommitted: 0 },
    { partition: 0, lost: 1, first: 2, last: 2, notCommitted: 1 },
  ]);
});
