import type { ControlRecord, PauseCommand } from './control-record.js';

/** What became of a record. `unchanged`: it is known already. `stale`: a former one, written again. */
export type Applied = 'applied' | 'unchanged' | 'stale' | 'newer' | 'foreign' | 'garbage' | 'forged';

/** As they stand in the topic, to be written again as they are. */
interface Bytes {
  readonly key: Buffer;
  readonly value: Buffer;
}

type Command = Extract<ControlRecord, { is: 'command' }>;
type CommandRecord = Command & { readonly bytes: Bytes };

/** A record that this program does not understand. */
interface Newer extends Bytes {
  readonly version: number;
}

/** Keys are as many as there are partitions; what somebody writes beyond that is not kept. */
const MOST_KEYS = 10_000;
const MOST_NEWER = 100;
/** Of one scope, those that came last: instances write the known one again, and may be late with it. */
const MOST_FORMER = 10;

/**
 * The last command of every scope. In the order of the topic the last one counts; one that has counted before, or a
 * signed one that is older than another signed one of its scope, has been copied from before, and does not count.
 */
export class ControlState {
  private readonly commands = new Map<string, CommandRecord>();
  /** Time and signatures of the latest signed commands. */
  private readonly signed = new Map<string, { readonly at: number; readonly signatures: Set<string> }>();
  /** Ids of the commands that counted before the last one. */
  private readonly former = new Map<string, readonly string[]>();
  private readonly newer = new Map<string, Newer>();

  apply(record: ControlRecord, given: Bytes): Applied {
    if (record.is === 'newer') return this.keep(record.key, record.version, given);
    if (record.is !== 'command') return record.is;
    const known = this.commands.get(record.key);
    if (known?.command.id === record.command.id && known.signature === record.signature) return 'unchanged';
    if (!known && !this.hasRoomFor(record)) return 'garbage';
    const former = this.former.get(record.key) ?? [];
    if (former.includes(record.command.id) || (record.verified && this.isStale(record))) return 'stale';
    if (known && known.command.id !== record.command.id) {
      this.former.set(record.key, [...former, known.command.id].slice(-MOST_FORMER));
    }
    this.commands.set(record.key, { ...record, bytes: copyOf(given) });
    this.newer.delete(record.key);
    return 'applied';
  }

  /** The pauses that hold at this time, that of the whole group first. */
  pauses(now: number): readonly CommandRecord[] {
    return [...this.commands.values()]
      .filter((record) => holds(record, now))
      .sort((one, other) => (one.command.partition ?? -1) - (other.command.partition ?? -1));
  }

  /** The pause of one scope, if it holds at this time. */
  pauseOf(key: string, now: number): PauseCommand | undefined {
    const record = this.commands.get(key);
    return record && holds(record, now) ? record.command : undefined;
  }

  /** A time for the next command of this scope: after all that count so far, also where clocks differ. */
  nextTime(key: string, now: number): number {
    return Math.max(now, (this.signed.get(key)?.at ?? 0) + 1);
  }

  /** The last command of this scope. */
  get(key: string): CommandRecord | undefined {
    return this.commands.get(key);
  }

  /** Everything that the topic should hold. */
  all(): readonly CommandRecord[] {
    return [...this.commands.values()];
  }

  /** What is there of newer versions. */
  unknown(): readonly Newer[] {
    return [...this.newer.values()];
  }

  /** There always is for a command to all; else what pauses nothing makes room, and need not be known. */
  private hasRoomFor({ command: { partition } }: Command): boolean {
    if (partition === null || this.commands.size < MOST_KEYS) return true;
    const now = Date.now();
    for (const [key, record] of this.commands) {
      if (!holds(record, now)) return this.commands.delete(key);
    }
    return false;
  }

  private isStale({ key, command: { at }, signature = '' }: Command): boolean {
    const latest = this.signed.get(key);
    if (latest && (at < latest.at || (at === latest.at && latest.signatures.has(signature)))) return true;
    if (latest?.at === at) latest.signatures.add(signature);
    else this.signed.set(key, { at, signatures: new Set([signature]) });
    return false;
  }

  private keep(name: string, version: number, given: Bytes): Applied {
    // Beyond that they count, but are not kept.
    if (this.newer.has(name) || this.newer.size < MOST_NEWER)
      this.newer.set(name, { version, ...copyOf(given) });
    return 'newer';
  }
}

const holds = ({ command: { kind, until } }: Command, now: number): boolean =>
  kind === 'pause' && (until === null || until > now);

/** Not a part of the fetch that brought it, which is kept as long as any part of it. */
const copyOf = ({ key, value }: Bytes): Bytes => ({ key: Buffer.from(key), value: Buffer.from(value) });
