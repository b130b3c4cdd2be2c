import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isAuditEntry, safeParameters, type AuditEntry } from './audit-entry.js';

it('writes nothing down that would not be read as an entry', () => {
  const entry: Omit<AuditEntry, 'parameters'> = {
    ...{
      at: '2026-03-04T05:06:07.000Z',
      actor: 'anna',
      role: 'operator',
      from: '127.0.0.1',
      action: 'pause',
    },
    ...{ outcome: 'refused', status: 400 },
  };
  const written = (given: unknown) => isAuditEntry({ ...entry, parameters: safeParameters(given) });
  expect(written({ 'a\nname': 1, [`a long ${'x'.repeat(200)}`]: true, reason: 'a\nforged line' })).toBe(true);
  expect(safeParameters({ 'a\nname': 1, rate: 2, count: Infinity })).toEqual({ rate: 2 });
  fc.assert(fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), written));
});
