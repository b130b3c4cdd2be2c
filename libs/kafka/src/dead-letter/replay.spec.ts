import { describe, expect, it } from '@jest/globals';
import { HEADERS } from '@pipeline/contracts';
import fc from 'fast-check';
import { flatHeaders } from '../driver/codec/header-block.js';
import type { InputRecord, KafkaHeader } from '../record.js';
import { anyField, anyHeaders } from '../testing/records.js';
import { formerLifeOf, LetterHeaders } from './dead-letter-headers.js';
import { ReplayKeys } from './replay.js';
import { toDeadLetters } from './to-dead-letters.js';

const keysOf = (groupId = 'group', id = 'one', secret = 'a secret') => {
  const keys = new ReplayKeys(groupId);
  keys.add(id, Buffer.from(secret));
  return keys;
};
const content = fc.record({ key: anyField, value: anyField });
const from = { topic: 'first', partition: 3, offset: '123456789012', timestamp: '1694479551000' };
const replay = { operationId: 'op-1', count: 2 };

const record = (
  fields: Pick<InputRecord, 'key' | 'value'>,
  headers: readonly KafkaHeader[],
): InputRecord => ({
  ...fields,
  headers,
  offset: '7',
  timestamp: '8',
  timestampMs: 8,
});

describe('a replay', () => {
  it('is known by its proof, whatever the event and its own headers are', () => {
    fc.assert(
      fc.property(content, anyHeaders, (fields, own) => {
        const keys = keysOf();
        const replayed = record(fields, [...own, ...keys.prove(fields, replay, from)]);
        expect(keys.verify(replayed)).toEqual({ ...replay, from });
      }),
    );
  });

  it('is not believed when anything of it is changed, or by another group or key', () => {
    const fields = { key: Buffer.from('key'), value: Buffer.from('value') };
    const keys = keysOf();
    const headers = keys.prove(fields, replay, from);
    for (const [name, value] of headers) {
      const changed = Buffer.from(value ?? '');
      changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
      const others = headers.filter((header) => header[0] !== name);
      expect(keys.verify(record(fields, [...others, [name, changed]]))).toBeUndefined();
      expect(keys.verify(record(fields, others))).toBeUndefined();
    }
    for (const other of [
      { ...fields, key: null },
      { ...fields, value: Buffer.from('valuf') },
    ]) {
      expect(keys.verify(record(other, headers))).toBeUndefined();
    }
    for (const other of [keysOf('another'), keysOf('group', 'two'), keysOf('group', 'one', 'guess')]) {
      expect(other.verify(record(fields, headers))).toBeUndefined();
    }
  });

  it('stays known when there is a newer key', () => {
    const keys = keysOf();
    const fields = { key: null, value: null };
    const former = record(fields, keys.prove(fields, replay, from));
    keys.add('two', Buffer.from('another secret'));
    expect(keys.verify(former)).toBeDefined();
    expect(keys.verify(record(fields, keys.prove(fields, replay, from)))).toBeDefined();
  });

  it('keeps its first origin and its count when it dies again, also through retry topics', () => {
    const keys = keysOf();
    const fields = { key: null, value: Buffer.from('x') };
    const replayed = record(fields, [['own', null], ...keys.prove(fields, replay, from)]);
    const origin = { topic: 'input', partition: 0, groupId: 'group', replays: keys };
    const failure = { kind: 'failed', error: new Error('no'), passing: true } as const;
    const failedAt = new Date();
    const [deferred] = toDeadLetters(
      [replayed],
      [failure],
      { ...origin, nextRetry: { topic: 'input-retry-1', delayMs: 5 } },
      failedAt,
    );
    if (deferred?.kind !== 'deferred') throw new Error('it is to wait');
    const again = record(fields, deferred.headers);
    const retry = { topic: 'input-retry-1', partition: 0, groupId: 'group', isRetry: true };
    expect(formerLifeOf(again, retry).first).toMatchObject(from);
    for (const [one, where] of [
      [replayed, origin],
      [again, retry],
    ] as const) {
      const [letter] = toDeadLetters([one], [failure], where, failedAt);
      const headers = new Map(letter && 'headers' in letter ? flatHeaders(letter.headers) : []);
      expect(headers.get(HEADERS.replayCount)?.toString()).toBe('2');
      expect(headers.get(HEADERS.operationId)?.toString()).toBe('op-1');
      expect(headers.get(HEADERS.springTopic)?.toString()).toBe('first');
      expect(headers.get(HEADERS.connectOffset)?.toString()).toBe(from.offset);
      expect(headers.has('own')).toBe(true);
    }
  });

  it('that is forged on fresh input is an event like others', () => {
    const forged = record({ key: null, value: null }, [
      [HEADERS.replayCount, Buffer.from('2')],
      [HEADERS.operationId, Buffer.from('op-1')],
      [HEADERS.springTopic, Buffer.from('first')],
      [HEADERS.replayProof, Buffer.from('one.x')],
    ]);
    const origin = { topic: 'input', partition: 0, groupId: 'group', replays: keysOf() };
    const verdict = {
      reason: 'MALFORMED_JSON' as const,
      violations: [],
      attempts: 1,
      exception: { name: 'E', message: 'm' },
      failedAt: new Date(),
    };
    const headers = new Map(flatHeaders(new LetterHeaders(origin, verdict).of(forged)));
    expect(headers.has(HEADERS.replayCount)).toBe(false);
    expect(headers.get(HEADERS.springTopic)?.toString()).toBe('input');
  });
});
