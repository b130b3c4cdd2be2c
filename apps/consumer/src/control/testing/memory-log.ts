import type { ControlLog } from '../control-log.js';
import { decodeControl, encodeControl, type PauseCommand } from '../control-record.js';
import type { ControlState } from '../control-state.js';

/** A control topic in memory, which several instances of one test may share. */
export class MemoryLog {
  readonly group = 'group';
  isKnown = true;
  private readonly readers: ((bytes: { key: Buffer; value: Buffer }) => void)[] = [];

  constructor(private readonly secret?: string) {}

  /** As one instance has it. */
  for(state: ControlState): ControlLog {
    const log = {
      group: this.group,
      isKnown: this.isKnown,
      start: (onRecord: Parameters<ControlLog['start']>[0]) => {
        this.readers.push((bytes) => {
          const decoded = decodeControl(this.group, bytes, this.secret);
          onRecord(decoded, state.apply(decoded, bytes));
        });
      },
      publish: (commands: readonly PauseCommand[]) => {
        for (const command of commands) this.write(encodeControl(this.group, command, this.secret));
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

  write(bytes: { key: Buffer; value: Buffer }): void {
    for (const read of this.readers) read(bytes);
  }
}
