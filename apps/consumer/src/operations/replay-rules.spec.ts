import { describe, expect, it } from '@jest/globals';
import { HEADERS } from '@pipeline/contracts';
import { ReplayKeys } from '@pipeline/kafka';
import type { StoredLetter } from '../dead-letters/letter.js';
import { decide, subjectOf, toOutgoing } from './replay-rules.js';

const rules = { targets: ['in', 'other'], parking: 'parking', dlq: 'dlq', maxReplays: 3 };
const replay = { kind: 'replay', target: null } as const;

function int(bytes: 4 | 8, value: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  if (bytes === 4) buffer.writeInt32BE(value);
  else buffer.writeBigInt64BE(BigInt(value));
  return buffer;
}

const letter: StoredLetter = {
  partition: 1,
  offset: 5,
  timestamp: 7,
  key: Buffer.from('key'),
  value: Buffer.of(0xff),
  headers: [
    ['trace', Buffer.from('t')],
    ['trace', null],
    [HEADERS.reason, Buffer.from('VALIDATION_FAILED')],
    [HEADERS.springTopic, Buffer.from('in')],
    [HEADERS.springPartition, int(4, 3)],
    [HEADERS.springOffset, int(8, 42)],
    [HEADERS.springTimestamp, int(8, 99)],
    [HEADERS.replayCount, Buffer.from('1')],
    [HEADERS.operationId, Buffer.from('0123abcd')],
  ],
};

describe('what becomes of a dead letter', () => {
  it('it goes where it came from, or to the target, if that is allowed; never to the dead letters', () => {
    expect(decide(replay, { topic: 'in', replayCount: 0 }, rules)).toEqual({ is: 'replayed', topic: 'in' });
    expect(decide({ ...replay, target: 'other' }, { topic: null, replayCount: 0 }, rules)).toEqual({
      is: 'replayed',
      topic: 'other',
    });
    const all = { ...rules, targets: [...rules.targets, 'dlq'] };
    for (const [target, topic] of [
      [null, 'elsewhere'],
      [null, null],
      [null, 'dlq'],
      ['dlq', 'in'],
      ['elsewhere', 'in'],
    ] as const) {
      expect(decide({ kind: 'replay', target }, { topic, replayCount: 0 }, all)).toMatchObject({
        is: 'refused',
      });
    }
  });

  it('it is parked when it has been replayed often enough, or when that is asked for', () => {
    expect(decide(replay, { topic: 'in', replayCount: 2 }, rules)).toMatchObject({ is: 'replayed' });
    expect(decide(replay, { topic: 'in', replayCount: 3 }, rules)).toEqual({
      is: 'parked',
      topic: 'parking',
    });
    expect(decide({ kind: 'park', target: null }, { topic: null, replayCount: 0 }, rules)).toEqual({
      is: 'parked',
      topic: 'parking',
    });
  });
});

describe('the record of a dead letter', () => {
  const keys = new ReplayKeys('group');
  keys.add('one', Buffer.from('secret'));

  it('that is replayed is as in its first life, with a proof', () => {
    expect(subjectOf(letter)).toEqual({ topic: 'in', replayCount: 1 });
    const { headers, ...record } = toOutgoing(letter, { is: 'replayed', topic: 'in' }, 'abcd0123', keys);
    expect(record).toMatchObject({
      topic: 'in',
      key: Buffer.from('key'),
      value: Buffer.of(0xff),
      sourcePartition: 3,
    });
    const names = headers.map(([name]) => name);
    expect(names.slice(0, 2)).toEqual(['trace', 'trace']);
    expect(names).not.toContain(HEADERS.reason);
    const input = { ...record, value: Buffer.of(0xff), headers, offset: '0', timestamp: '0', timestampMs: 0 };
    expect(keys.verify(input)).toEqual({
      operationId: 'abcd0123',
      count: 2,
      from: { topic: 'in', partition: 3, offset: '42', timestamp: '99' },
    });
  });

  it('that is parked is as it is, with the operation', () => {
    const { headers, ...record } = toOutgoing(letter, { is: 'parked', topic: 'parking' }, 'abcd0123', keys);
    expect(record).toMatchObject({ topic: 'parking', sourcePartition: 1 });
    expect(headers.map(([name]) => name)).toEqual(letter.headers.map(([name]) => name));
    expect(headers.at(-1)?.[1]?.toString()).toBe('abcd0123');
  });
});
