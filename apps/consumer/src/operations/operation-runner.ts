import { Logger } from '@nestjs/common';
import { describeError, withTimeLimit } from '@pipeline/kafka';
import { isSweep, type Order } from './operation.js';
import { OperationJob, type JobOptions, type JobParts } from './operation-job.js';
import { stateOf, type Known, type OperationsState } from './operations-state.js';

/** Operations that this instance runs at once. */
const MOST_JOBS = 4;
const LOOK_MS = 500;
/** Instances that see an operation abandoned at the same time do not all take it. */
const SPREAD_MS = 3_000;
const STOP_LIMIT_MS = 3_000;

/**
 * Runs the operations that are this instance's to run: those that it was told to begin, and those of which nobody
 * has heard for some time. That two instances take one is harmless, as the later shuts out the earlier.
 */
export class OperationRunner {
  private readonly logger = new Logger('Operations');
  private readonly jobs = new Map<string, Promise<void>>();
  /** Begun here: nobody else is waited for. */
  private readonly own = new Set<string>();
  /** Taken by others, and when. */
  private readonly lost = new Map<string, number>();
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly state: Pick<OperationsState, 'all' | 'openReplay'>,
    private readonly options: JobOptions & { readonly takeoverMs: number },
    private readonly parts: JobParts & { readonly purge: (order: Order) => Promise<void> },
  ) {}

  start(): void {
    this.timer = setInterval(() => this.look(), LOOK_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.stopping.abort();
    await withTimeLimit(Promise.all(this.jobs.values()), STOP_LIMIT_MS);
  }

  /** Runs an operation here, unless others have taken it meanwhile. */
  begin(id: string): void {
    this.own.add(id);
    this.look();
  }

  private look(): void {
    for (const known of this.state.all()) {
      const { id } = known.order;
      if (stateOf(known) !== 'running') continue;
      if (this.jobs.has(id) || this.jobs.size >= MOST_JOBS || !this.isOurs(known)) continue;
      if (isSweep(known.order) && this.state.openReplay(id)) continue;
      this.own.add(id);
      const ended = this.run(known.order).then((how) => {
        this.jobs.delete(id);
        this.own.delete(id);
        if (how === 'lost') this.lost.set(id, performance.now());
        else this.lost.delete(id);
      });
      this.jobs.set(id, ended);
    }
  }

  /** `lost`: others may try, and this one again later. */
  private async run(order: Order): Promise<'lost' | 'ended'> {
    if (order.kind !== 'purge') {
      return new OperationJob(order.id, this.options, this.parts).run(this.stopping.signal);
    }
    this.logger.log(`the purge ${order.id} is taken over: nobody has told how it ended`);
    try {
      await this.parts.purge(order);
      return 'ended';
    } catch (error) {
      this.logger.warn(`the purge ${order.id} is not done: ${describeError(error)}`);
      return 'lost';
    }
  }

  private isOurs({ order, progress, heardAt, verified }: Known): boolean {
    // Without a signature it may be anybody's, and the topic alone must not be able to delete anything.
    if (order.kind === 'purge' && !verified) return false;
    const lostAt = this.lost.get(order.id);
    const isOwn = this.own.has(order.id) || progress?.runner === this.options.runner;
    if (isOwn && lostAt === undefined) return true;
    const silentSince = Math.max(heardAt, lostAt ?? -Infinity);
    return performance.now() - silentSince > this.options.takeoverMs + Math.random() * SPREAD_MS;
  }
}
