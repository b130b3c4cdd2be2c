import { Logger } from '@nestjs/common';
import { abortableDelay, accessDelayMs, accessFailure, describeError } from '@pipeline/kafka';
import { RepeatedWarning } from '@pipeline/ops';
import type { Applied, ControlState } from './control-state.js';

/** As they stand in the topic. */
export interface Bytes {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** The topic as it is now. */
interface Topic {
  /** The keys of all its records. @throws why it cannot be read */
  keys(signal: AbortSignal): Promise<ReadonlySet<string>>;
  write(records: readonly Bytes[]): Promise<void>;
}

const RETRY_MS = 1_000;
/** Of the instances that see that something is to be written again, the first one does. */
const WITHIN_MS = 1_500;
/** Whoever writes what has no effect again and again makes every instance write this often at most. */
const EVERY_MS = 10_000;

/**
 * Sees to it that the topic goes on to hold the commands that are known, for those who read it later: they are
 * written again, byte for byte, which changes nothing for those who know them.
 */
export class KnownCommands {
  private readonly logger = new Logger('Control');
  private readonly trouble = new RepeatedWarning(this.logger);
  private readonly overruled = new Set<string>();
  private restoring = new AbortController();
  private isConfirming = false;

  constructor(
    private readonly state: ControlState,
    private readonly topic: Topic,
    private readonly stopping: AbortSignal,
  ) {}

  /** After trouble the topic may be another one of the same name, which then gets what is known. */
  async restore(): Promise<void> {
    this.restoring.abort();
    this.restoring = new AbortController();
    const signal = AbortSignal.any([this.stopping, this.restoring.signal]);
    await abortableDelay(Math.random() * WITHIN_MS, signal);
    await this.untilWritten(async () => {
      const there = await this.topic.keys(signal);
      const known = [...this.state.all().map(({ bytes }) => bytes), ...this.state.unknown()];
      return known.filter(({ key }) => !there.has(key.toString()));
    }, signal);
  }

  /**
   * The last record of a key is all that compaction leaves: one that has no effect would take the place of the
   * command that has. Newer versions know why they write over a command; and what looks forged to an instance that
   * has another secret than the group is not to be overruled by a former command, which anybody would take.
   */
  see(key: Buffer, applied: Applied): void {
    const name = key.toString();
    const known = this.state.get(name);
    if (applied === 'applied' || applied === 'unchanged' || applied === 'newer') this.overruled.delete(name);
    else if (known && (known.verified || applied !== 'forged')) this.overruled.add(name);
  }

  /** Once the topic has been read: before that, what is overruled may be so by a command that follows. */
  async confirm(): Promise<void> {
    if (this.isConfirming) return;
    this.isConfirming = true;
    while (this.overruled.size > 0 && !this.stopping.aborted) {
      await abortableDelay(Math.random() * WITHIN_MS, this.stopping);
      await this.untilWritten(() => {
        const known = this.state.all().filter(({ key }) => this.overruled.has(key));
        return Promise.resolve(known.map(({ bytes }) => bytes));
      }, this.stopping);
      await abortableDelay(EVERY_MS, this.stopping);
    }
    this.isConfirming = false;
  }

  private async untilWritten(lost: () => Promise<readonly Bytes[]>, signal: AbortSignal): Promise<void> {
    const isOver = () => signal.aborted;
    for (let attempt = 0; !isOver(); attempt++) {
      try {
        const missing = await lost();
        if (missing.length > 0) {
          const count = String(missing.length);
          this.logger.warn(
            `${count} commands do not stand last in the control topic: they are written again`,
          );
          await this.topic.write(missing);
        }
        this.trouble.over();
        return;
      } catch (error) {
        if (isOver()) return;
        const why = describeError(error);
        this.trouble.say(why, `what the control topic has lost is not written yet: ${why}`);
        await abortableDelay(accessFailure(error) ? accessDelayMs(attempt) : RETRY_MS, signal);
      }
    }
  }
}
