import { randomBytes } from 'node:crypto';
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { KafkaBatchServer } from '@pipeline/kafka';
import { Metrics, parseDuration, RepeatedWarning, type Actor } from '@pipeline/ops';
import { ControlLog, ControlUnavailableError } from '../control/control-log.js';
import { controlKey, type ControlRecord, type PauseCommand } from '../control/control-record.js';
import { ControlState, type Applied } from '../control/control-state.js';
import { describePauses, pauseState, type PauseState, type PauseView, type Scope } from './pause-view.js';

/** What an operator may say with a command. */
interface Wishes {
  readonly reason?: string | null;
  /** As `parseDuration` reads it; of a pause. */
  readonly for?: string | number | null;
  /** @default group */
  readonly scope?: Scope | null;
  /** @default all */
  readonly partitions?: readonly number[] | null;
}

/** Ends of pauses are times of day, which timers do not follow when the clock is set or the machine sleeps. */
const LOOK_EVERY_MS = 10_000;
/** Others command at the same time; what is signed and late does not count, and is said again. */
const TRIES = 3;
/** Stands for the group in the keys of pauses that this instance keeps to itself. */
const OWN = 'this instance';

/** Commands of operators, of the group and of this instance alone, and what follows from them here. */
@Injectable()
export class PauseControl implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('Control');
  private readonly ignored = new RepeatedWarning(this.logger);
  private readonly own = new ControlState();
  private timer: NodeJS.Timeout | undefined;
  private wasPaused = false;

  constructor(
    private readonly server: KafkaBatchServer,
    private readonly state: ControlState,
    private readonly log: ControlLog,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    const records = this.metrics.counter('pipeline_control_records_total');
    const remaining = this.metrics.gauge('pipeline_pause_remaining_seconds');
    Object.assign(remaining, { collect: () => remaining.set(this.remainingSeconds()) });
    this.log.start({
      onRecord: (record, applied) => {
        records.inc({ result: applied });
        this.onRecord(record, applied);
      },
      onRead: () => this.refresh(),
    });
  }

  async onApplicationShutdown(): Promise<void> {
    clearTimeout(this.timer);
    await this.log.stop();
  }

  /** Every pause that holds, of the group first. */
  list(now = Date.now()): readonly PauseView[] {
    return [...describePauses('group', this.state, now), ...describePauses('instance', this.own, now)];
  }

  /** Whether and why this instance takes nothing at all by somebody's command. */
  get current(): PauseState {
    return pauseState(
      'group',
      this.list().filter(({ partitions }) => partitions === null),
    );
  }

  /**
   * Pausing again keeps the time of the first pause and takes the new reason and end.
   * @throws ControlUnavailableError when the group cannot be told
   */
  async pause(command: Wishes, actor: Actor): Promise<PauseState> {
    const ms = command.for ? parseDuration(command.for) : undefined;
    return this.command(command, (now, before) => ({
      kind: 'pause',
      reason: command.reason ?? null,
      actor: actor.name,
      since: before?.since ?? now,
      until: ms === undefined ? null : now + ms,
    }));
  }

  /**
   * Ends pauses of this scope: without partitions all of them, those of single partitions included; and then lets go
   * on what waited for an operator, on every instance of the scope.
   * @throws ControlUnavailableError when the group cannot be told
   */
  async resume(command: Wishes, actor: Actor): Promise<PauseState> {
    return this.command(command, (now) => ({
      kind: 'run',
      reason: command.reason ?? null,
      actor: actor.name,
      since: now,
      until: null,
    }));
  }

  private async command(
    { scope, partitions }: Wishes,
    make: (now: number, before: PauseCommand | undefined) => Omit<PauseCommand, 'partition' | 'at' | 'id'>,
  ): Promise<PauseState> {
    const [state, group] = scope === 'instance' ? [this.own, OWN] : [this.state, this.log.group];
    const build = () => {
      const now = Date.now();
      const kind = make(now, undefined).kind;
      const single = state.pauses(now).flatMap(({ command: { partition } }) => partition ?? []);
      const targets = partitions ?? (kind === 'run' ? [null, ...single] : [null]);
      return targets.map((partition): PauseCommand => {
        const key = controlKey(group, partition);
        const at = state.nextTime(key, now);
        return { ...make(now, state.pauseOf(key, now)), partition, at, id: randomBytes(8).toString('hex') };
      });
    };
    if (scope === 'instance') {
      build().forEach((command) => this.take(command));
      this.refresh();
    } else await this.publish(build);
    const where: Scope = scope ?? 'group';
    return pauseState(
      where,
      this.list().filter((view) => view.scope === where && covers(view, partitions)),
    );
  }

  private async publish(build: () => readonly PauseCommand[]): Promise<void> {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      if (await this.log.publish(build())) return;
    }
    throw new ControlUnavailableError('Others command the group at this very moment: try again');
  }

  private take(command: PauseCommand): void {
    const nothing = { key: Buffer.alloc(0), value: Buffer.alloc(0) };
    const key = controlKey(OWN, command.partition);
    this.own.apply({ is: 'command', key, command, signature: undefined, verified: true }, nothing);
    this.told('instance', command, true);
  }

  private onRecord(record: ControlRecord, applied: Applied): void {
    if (applied === 'applied' && record.is === 'command') this.told('group', record.command, record.verified);
    else if (['stale', 'garbage', 'forged', 'newer'].includes(applied)) {
      const what =
        applied === 'newer'
          ? 'is of a newer version: it is kept, and has no effect here'
          : `is ${applied}: it has no effect`;
      this.ignored.say(applied, `a record of the control topic ${what}`);
    }
  }

  private told(scope: Scope, command: PauseCommand, verified: boolean): void {
    const { kind, reason, actor, until, partition } = command;
    const details = {
      scope,
      partition,
      reason,
      actor,
      verified,
      until: until && new Date(until).toISOString(),
    };
    // What was commanded before this instance was there is told by its state alone.
    if (this.log.isKnown || scope === 'instance') {
      if (kind === 'pause') this.logger.warn('paused by an operator', details);
      else this.logger.log('resumed by an operator', details);
      if (kind === 'run' && partition === null) this.server.releaseHeld();
    }
  }

  /** Makes the transport do what is commanded now, and again when the next pause ends by itself. */
  private refresh(): void {
    const now = Date.now();
    const pauses = [...this.state.pauses(now), ...this.own.pauses(now)].map(({ command }) => command);
    const isPaused = pauses.some(({ partition }) => partition === null);
    this.server.pausePartitions(new Set(pauses.flatMap(({ partition }) => partition ?? [])));
    if (isPaused) this.server.pause();
    else this.server.endPause();
    if (this.wasPaused && !isPaused) this.logger.log('takes events again');
    this.wasPaused = isPaused;

    clearTimeout(this.timer);
    const ends = pauses.flatMap(({ until }) => until ?? []);
    if (ends.length === 0) return;
    // Nobody has decided anything then: what waits for an operator, such as lost events, goes on waiting.
    const left = Math.min(...ends) - now;
    this.timer = setTimeout(() => this.refresh(), Math.min(left, LOOK_EVERY_MS)).unref();
  }

  /** Until the last pause of the whole instance ends by itself. */
  private remainingSeconds(now = Date.now()): number {
    const ends = [...this.state.pauses(now), ...this.own.pauses(now)]
      .filter(({ command: { partition } }) => partition === null)
      .map(({ command: { until } }) => (until === null ? Infinity : (until - now) / 1_000));
    return Math.max(0, ...ends);
  }
}

const covers = (view: PauseView, partitions: readonly number[] | null | undefined): boolean =>
  !partitions || view.partitions === null || view.partitions.some((one) => partitions.includes(one));
