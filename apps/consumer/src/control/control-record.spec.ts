import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { controlKey, decodeControl, encodeControl, type PauseCommand } from './control-record.js';
import { ControlState } from './control-state.js';

const SECRET = 'a secret of this group';
const PAUSE: PauseCommand = {
  kind: 'pause',
  partition: null,
  reason: 'maintenance',
  actor: 'anna',
  at: 1_000,
  since: 1_000,
  until: null,
  id: '0123456789abcdef',
};

const commands = fc.record<PauseCommand>({
  kind: fc.constantFrom('pause', 'run'),
  partition: fc.option(fc.nat(99_999)),
  reason: fc.option(fc.string({ maxLength: 60 })),
  actor: fc.stringMatching(/^[a-z][a-z0-9_.@-]{0,20}$/),
  at: fc.nat(),
  since: fc.nat(),
  until: fc.option(fc.nat()),
  id: fc.stringMatching(/^[0-9a-f]{16}$/),
});

/** The record with some fields of its value changed. */
function changed({ key, value }: { key: Buffer; value: Buffer }, fields: object) {
  return {
    key,
    value: Buffer.from(JSON.stringify({ ...(JSON.parse(value.toString()) as object), ...fields })),
  };
}

describe('a control record', () => {
  it('is read as it was written, verified when it is signed', () => {
    fc.assert(
      fc.property(
        commands,
        fc.string({ minLength: 1 }),
        fc.option(fc.constant(SECRET), { nil: undefined }),
        (command, group, secret) => {
          const record = encodeControl(group, command, secret);
          expect(decodeControl(group, record, secret)).toMatchObject({
            ...{ is: 'command', key: controlKey(group, command.partition), command },
            verified: secret !== undefined,
          });
        },
      ),
    );
  });

  it('is told from one that was changed or signed by others', () => {
    const record = encodeControl('group', PAUSE, SECRET);
    expect(decodeControl('group', changed(record, { actor: 'oskar' }), SECRET).is).toBe('forged');
    expect(decodeControl('group', changed(record, { until: 5 }), SECRET).is).toBe('forged');
    expect(decodeControl('group', encodeControl('group', PAUSE, 'another secret here'), SECRET).is).toBe(
      'forged',
    );
    const other = encodeControl('group', { ...PAUSE, partition: 1 }, SECRET).key;
    expect(decodeControl('group', { ...record, key: other }, SECRET).is).toBe('forged');
    expect(decodeControl('group', record, undefined)).toMatchObject({ is: 'command', verified: false });
  });

  it('is verified by each of several secrets, and signed by the first', () => {
    const verified = (by: string, secret: string) =>
      decodeControl('group', encodeControl('group', PAUSE, by), secret);
    expect(verified(SECRET, `another secret here, ${SECRET}`)).toMatchObject({ verified: true });
    expect(verified(`another secret here, ${SECRET}`, 'another secret here')).toMatchObject({
      verified: true,
    });
    expect(verified('a third secret here', `another secret here, ${SECRET}`).is).toBe('forged');
  });

  it('of a newer version, of another group, or of no use, is none', () => {
    const record = encodeControl('group', PAUSE, undefined);
    expect(decodeControl('group', changed(record, { v: 2 }), undefined)).toMatchObject({
      is: 'newer',
      version: 2,
    });
    expect(decodeControl('other', record, undefined).is).toBe('foreign');
    for (const fields of [
      { v: 0 },
      { kind: 'stop' },
      { reason: 'a\nb' },
      { at: -1 },
      { until: 1e300 },
      { actor: 1 },
      { id: '' },
    ]) {
      expect(decodeControl('group', changed(record, fields), undefined).is).toBe('garbage');
    }
    expect(decodeControl('group', { ...record, value: Buffer.alloc(0) }, undefined).is).toBe('garbage');
    expect(decodeControl('group', { ...record, value: Buffer.alloc(5_000, ' ') }, undefined).is).toBe(
      'garbage',
    );
  });

  it('may be any bytes', () => {
    const bytes = fc.oneof(
      fc.uint8Array(),
      fc.json().map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(bytes, bytes, (key, value) => {
        decodeControl('group', { key: Buffer.from(key), value: Buffer.from(value) }, SECRET);
      }),
    );
  });
});

describe('ControlState', () => {
  const apply = (state: ControlState, command: Partial<PauseCommand>, secret?: string) => {
    const record = encodeControl('group', { ...PAUSE, ...command }, secret);
    return state.apply(decodeControl('group', record, SECRET), record);
  };
  const key = controlKey('group', null);

  it('counts the last command of each scope, whatever the clocks of those who command say', () => {
    const state = new ControlState();
    apply(state, { id: '00000001', at: 2_000 });
    expect(apply(state, { id: '00000002', at: 1_000, kind: 'run' })).toBe('applied');
    apply(state, { id: '00000003', partition: 4 });
    expect(state.pauses(0).map(({ command }) => command.partition)).toEqual([4]);
  });

  it('takes the same record twice for one', () => {
    const state = new ControlState();
    expect([apply(state, {}), apply(state, {})]).toEqual(['applied', 'unchanged']);
  });

  it('does not count signed commands that were copied from before', () => {
    const state = new ControlState();
    apply(state, { id: '00000001', at: 1_000 }, SECRET);
    apply(state, { id: '00000002', at: state.nextTime(key, 500), kind: 'run' }, SECRET);
    expect(apply(state, { id: '00000001', at: 1_000 }, SECRET)).toBe('stale');
    expect(state.pauses(0)).toEqual([]);
    // Of two at the same time the last one counts, and neither can be written again.
    expect(apply(state, { id: '00000003', at: 1_001 }, SECRET)).toBe('applied');
    expect(apply(state, { id: '00000002', at: 1_001, kind: 'run' }, SECRET)).toBe('stale');
  });

  it('ends pauses at their time', () => {
    const state = new ControlState();
    apply(state, { until: 2_000 });
    expect([state.pauses(1_999).length, state.pauses(2_000).length]).toEqual([1, 0]);
    expect(state.pauseOf(key, 2_000)).toBeUndefined();
  });

  it('keeps what it does not understand until it is commanded anew', () => {
    const state = new ControlState();
    apply(state, {});
    const record = changed(encodeControl('group', PAUSE, undefined), { v: 7, kind: 'slow down' });
    expect(state.apply(decodeControl('group', record, SECRET), record)).toBe('newer');
    expect(state.unknown()).toEqual([{ version: 7, ...record }]);
    expect(state.pauses(0)).toHaveLength(1);
    apply(state, { id: '00000002', kind: 'run' });
    expect(state.unknown()).toEqual([]);
  });

  it('has room for a command to all, and for new ones, however many partitions were commanded', () => {
    const state = new ControlState();
    for (let partition = 0; partition < 10_000; partition++) {
      apply(state, { partition, kind: partition < 9_999 ? 'pause' : 'run' });
    }
    expect(apply(state, { partition: 10_000 })).toBe('applied');
    expect(apply(state, { partition: 10_001 })).toBe('garbage');
    expect(apply(state, { partition: null })).toBe('applied');
    expect(state.pauses(0)).toHaveLength(10_001);
  });
});
