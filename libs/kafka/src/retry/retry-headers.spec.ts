import { describe, expect, it } from '@jest/globals';
import { isReservedHeader } from '@pipeline/contracts';
import fc from 'fast-check';
import { anyHeaders, header, inputRecord } from '../testing/records.js';
import { dueAtOf, firstOriginOf, isFor, retryHeaders, type FirstOrigin } from './retry-headers.js';

const FIRST: FirstOrigin = {
  topic: 'in',
  partition: 3,
  offset: '17',
  timestamp: '1694479551000',
  attempts: 0,
};
const WAIT = { groupId: 'g', attempts: 6, dueAt: 1_700_000_000_000, error: new TypeError('no') };
const HERE: FirstOrigin = { topic: 'in-retry-1', partition: 0, offset: '5', timestamp: '9', attempts: 0 };

describe('the headers of a record of a retry topic', () => {
  it('tell where it came from at first, how often it was called and when it is due', () => {
    const any = fc.record({
      topic: fc.string({ minLength: 1, unit: fc.constantFrom('a', '.', '-') }),
      partition: fc.nat(100_000_000),
      offset: fc.bigInt({ min: 0n, max: 10n ** 17n }).map(String),
      timestamp: fc.oneof(fc.constant('-1'), fc.nat().map(String)),
      attempts: fc.nat(1_000),
    });
    fc.assert(
      fc.property(any, anyHeaders, (first, own) => {
        const record = inputRecord({ headers: [...own, ...retryHeaders(first, WAIT)] });
        expect(firstOriginOf(record, HERE)).toEqual({ ...first, attempts: 6 });
        expect(dueAtOf(record)).toBe(WAIT.dueAt);
        expect([isFor(record, 'g'), isFor(record, 'other')]).toEqual([true, false]);
      }),
    );
  });

  it('are reserved, all of them', () => {
    for (const [name] of retryHeaders(FIRST, WAIT)) expect(isReservedHeader(name)).toBe(true);
  });

  it.each(
    retryHeaders(FIRST, WAIT)
      .slice(2, -1)
      .map(([name]) => name),
  )('are not believed without %s, or with nonsense in it', (name) => {
    const others = retryHeaders(FIRST, WAIT).filter(([one]) => one !== name);
    expect(firstOriginOf(inputRecord({ headers: others }), HERE)).toBe(HERE);
    const nonsense = name === 'retry.original-topic' ? null : '-7';
    expect(firstOriginOf(inputRecord({ headers: [...others, header(name, nonsense)] }), HERE)).toBe(HERE);
  });

  it.each([null, '', 'soon', '-1', '1e30', '9'.repeat(16)])(
    'with the due time %j make it due at once',
    (time) => {
      expect(dueAtOf(inputRecord({ headers: [header('retry.due-at', time)] }))).toBe(0);
      expect(dueAtOf(inputRecord())).toBe(0);
    },
  );

  it('without a group are for every group', () => expect(isFor(inputRecord(), 'g')).toBe(true));
});
