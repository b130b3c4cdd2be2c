import type { ControlListener, ControlLog } from '../control-log.js';
import { decodeControl, encodeControl, type PauseCommand } from '../control-record.js';
import type { ControlState } from '../control-state.js';

interface Bytes {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** A control topic in memory, which several instances of one test may share. */
export class MemoryLog {
  readonly group = 'group';
  isKnown = true;
  private readonly readers: ((records: readonly Bytes[]) => void)[] = [];

  constructor(private readonly secret?: string) {}

  /** As one instance has it. */
  for(state: ControlState): ControlLog {
    const log = {
      group: this.group,
      isKnown: this.isKnown,
      start: (listener: ControlListener) => {
        this.readers.push((records) => {
          for (const bytes of records) {
            const decoded = decodeControl(this.group, bytes, this.secret);
            listener.onRecord(decoded, state.apply(decoded, bytes));
          }
          listener.onRead();
        });
      },
      publish: (commands: readonly PauseCommand[]) => {
        const records = commands.map((command) => encodeControl(this.group, command, this.secret));
        for (const read of this.readers) read(records);
        return Promise.resolve(true);
      },
      describe: () => ({
        topic: 'control',
        readable: true,
        since: '2026-01-01T00:00:00.000Z',
        problem: null,
      }),
      stop: () => Promise.resolve(),
    };
    return log as unknown as ControlLog;
  }
}
