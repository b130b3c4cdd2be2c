import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { decodeControl, encodeControl, type PauseCommand } from './control-record.js';
import { ControlState } from './control-state.js';
import { KnownCommands, type Bytes } from './known-commands.js';

const SECRET = 'a secret of this group';
const PAUSE: PauseCommand = {
  ...{ kind: 'pause', partition: null, reason: null, actor: 'anna', at: 1_000, since: 1_000 },
  ...{ until: null, id: '0123456789abcdef' },
};
const pause = encodeControl('group', PAUSE, SECRET);
const run = encodeControl('group', { ...PAUSE, kind: 'run', at: 2_000, id: '00000002' }, SECRET);

let state: ControlState;
let stopping: AbortController;
/** What stands in the topic, in its order, and how often it cannot be used. */
let written: Bytes[];
let failures: number;
let commands: KnownCommands;

/** As whoever follows the topic has it. */
function read(record: Bytes): void {
  commands.see(record.key, state.apply(decodeControl('group', record, SECRET), record));
}

const fail = () => (failures-- > 0 ? Promise.reject(new Error('the broker is away')) : undefined);

beforeEach(() => {
  jest.useFakeTimers();
  state = new ControlState();
  stopping = new AbortController();
  written = [];
  failures = 0;
  const topic = {
    keys: () => fail() ?? Promise.resolve(new Set(written.map(({ key }) => key.toString()))),
    write: (records: readonly Bytes[]) => {
      const failed = fail();
      if (!failed) written.push(...records);
      return failed ?? Promise.resolve();
    },
  };
  commands = new KnownCommands(state, topic, stopping.signal);
});
afterEach(() => {
  stopping.abort();
  jest.useRealTimers();
});

describe('a topic that was made anew', () => {
  it('gets what is known, however often that fails at first', async () => {
    read(pause);
    failures = 3;
    const done = commands.restore();
    await jest.advanceTimersByTimeAsync(5_000);
    await done;
    expect(written).toEqual([pause]);
  });

  it('gets nothing that is there', async () => {
    read(pause);
    written = [run];
    const done = commands.restore();
    await jest.advanceTimersByTimeAsync(2_000);
    await done;
    expect(written).toEqual([run]);
  });
});

describe('a command', () => {
  const confirm = async () => {
    void commands.confirm();
    await jest.advanceTimersByTimeAsync(2_000);
  };

  it.each<[string, (state: ControlState) => Bytes]>([
    ['a tombstone', () => ({ key: pause.key, value: Buffer.alloc(0) })],
    ['garbage', () => ({ key: pause.key, value: Buffer.from('garbage') })],
    ['a forged one', () => encodeControl('group', { ...PAUSE, kind: 'run' }, 'another secret here')],
    ['an old one', () => encodeControl('group', { ...PAUSE, kind: 'run', at: 999 }, SECRET)],
  ])('is written again when %s would be all that is left of it', async (_, other) => {
    read(pause);
    read(other(state));
    await confirm();
    expect(written).toEqual([pause]);
    // That is read back, and was enough.
    read(pause);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(written).toEqual([pause]);
  });

  it('is not written again when the next one counts, somebody else was faster, or a newer version has a say', async () => {
    const forged = encodeControl('group', PAUSE, 'another secret here');
    for (const last of [run, { key: run.key, value: Buffer.from('{"v":2}') }]) {
      read(pause);
      read(forged);
      read(last);
    }
    read(forged);
    const confirmed = confirm();
    read(run);
    await confirmed;
    expect(written).toEqual([]);
  });

  it('that is not signed is not written again over one that looks forged: the secret may be wrong here', async () => {
    read(encodeControl('group', { ...PAUSE, kind: 'run' }, undefined));
    read(encodeControl('group', PAUSE, 'another secret here'));
    await confirm();
    expect(written).toEqual([]);
  });

  it('that has been overruled has no effect when somebody is late in writing it again, signed or not', () => {
    const [one, two] = [PAUSE, { ...PAUSE, kind: 'run' as const, id: '00000002' }].map((command) =>
      encodeControl('group', command, undefined),
    ) as [Bytes, Bytes];
    for (const record of [one, two, one]) read(record);
    expect(state.pauses(0)).toEqual([]);
    expect(state.all()).toMatchObject([{ command: { id: '00000002' } }]);
  });

  it('is written again now and then only, however much is written over it', async () => {
    read(pause);
    for (let second = 0; second < 60; second++) {
      read({ key: pause.key, value: Buffer.alloc(0) });
      void commands.confirm();
      await jest.advanceTimersByTimeAsync(1_000);
    }
    expect(written.length).toBeGreaterThan(3);
    expect(written.length).toBeLessThan(8);
  });
});
