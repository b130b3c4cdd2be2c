import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { timeIn } from './letter-fields.js';

const read = (text: string) => timeIn(Buffer.from(`x${text}x`), 1, text.length + 1, -1);

it('reads every time that the pipeline writes', () => {
  const date = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true });
  fc.assert(fc.property(date, (one) => read(one.toISOString()) === one.getTime()));
});

it('reads no other', () => {
  for (const text of [
    '',
    'yesterday',
    '2026-01-01T00:00:00Z',
    '2026-01-01T00:00:00.00xZ',
    '2026-01-01T99:00:00.000Z',
  ])
    expect(read(text)).toBe(-1);
  fc.assert(fc.property(fc.string({ maxLength: 30 }), (text) => Number.isFinite(read(text))));
});
