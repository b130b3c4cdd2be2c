import { describe, expect, it } from '@jest/globals';
import type { AuditEntry } from '@pipeline/ops';
import fc from 'fast-check';
import { decodeAudit, encodeAudit } from './audit-record.js';

const SECRET = 'a secret of this group';
const ENTRY: AuditEntry = {
  at: '2026-03-04T05:06:07.000Z',
  actor: 'anna',
  role: 'operator',
  from: '127.0.0.1',
  action: 'pause',
  parameters: { scope: 'group', partitions: [1, 2] },
  outcome: 'done',
  status: 200,
};
const withEntry = (bytes: Buffer, fields: object): Buffer => {
  const record = JSON.parse(bytes.toString()) as { entry: object };
  return Buffer.from(JSON.stringify({ ...record, entry: { ...record.entry, ...fields } }));
};

describe('an audit record', () => {
  it('is read as it was written, and verified when it is signed', () => {
    expect(decodeAudit(encodeAudit(ENTRY, SECRET), SECRET)).toEqual({ entry: ENTRY, verified: true });
    expect(decodeAudit(encodeAudit(ENTRY, undefined), SECRET)).toEqual({ entry: ENTRY, verified: false });
    expect(decodeAudit(encodeAudit(ENTRY, SECRET), undefined)).toEqual({ entry: ENTRY, verified: false });
  });

  it('is verified by each of several secrets', () => {
    const read = decodeAudit(encodeAudit(ENTRY, SECRET), `another secret here, ${SECRET}`);
    expect(read).toEqual({ entry: ENTRY, verified: true });
  });

  it('is read without its parameters rather than not at all when they are too long', () => {
    const names = Array.from({ length: 30 }, (_, index) => `parameter ${index}`);
    const parameters = Object.fromEntries(names.map((name) => [name, '𝄞'.repeat(200)]));
    expect(decodeAudit(encodeAudit({ ...ENTRY, parameters }, SECRET), SECRET)).toEqual({
      entry: { ...ENTRY, parameters: {} },
      verified: true,
    });
  });

  it.each<[string, object]>([
    ['another actor', { actor: 'oskar' }],
    ['other parameters', { parameters: { scope: 'instance' } }],
    ['another outcome', { outcome: 'denied' }],
  ])('with %s is forged', (_, fields) => {
    expect(decodeAudit(withEntry(encodeAudit(ENTRY, SECRET), fields), SECRET)).toBeUndefined();
  });

  it.each<[string, object]>([
    ['a forged line', { from: '127.0.0.1\nadmin' }],
    ['a long text', { parameters: { reason: 'x'.repeat(201) } }],
    ['an object among its parameters', { parameters: { reason: {} } }],
    ['a further field', { more: 1 }],
    ['an unknown role', { role: 'root' }],
    ['no time', { at: 'yesterday' }],
  ])('with %s is none', (_, fields) => {
    expect(decodeAudit(withEntry(encodeAudit(ENTRY, undefined), fields), undefined)).toBeUndefined();
  });

  it('has all the partitions that one command may name', () => {
    const partitions = Array.from({ length: 1_000 }, (_, index) => 99_000 + index);
    const entry = { ...ENTRY, parameters: { partitions } };
    expect(decodeAudit(encodeAudit(entry, SECRET), SECRET)).toEqual({ entry, verified: true });
  });

  it('may be any bytes', () => {
    const bytes = fc.oneof(
      fc.uint8Array(),
      fc.json().map((text) => Buffer.from(text)),
    );
    fc.assert(fc.property(bytes, (value) => void decodeAudit(Buffer.from(value), SECRET)));
    expect(decodeAudit(null, SECRET)).toBeUndefined();
  });
});
