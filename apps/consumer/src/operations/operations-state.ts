import { isSweep, type Operation, type OperationState, type Order, type Progress } from './operation.js';
import type { OperationFact } from './operation-record.js';

/** Operations in memory; those that ended first are forgotten. */
const MOST = 1_000;

/** What is known of one operation. */
export interface Known {
  readonly order: Order;
  readonly verified: boolean;
  readonly progress: Progress | undefined;
  /** By the clock of this process: when it was last heard of. */
  readonly heardAt: number;
}

/** The operations of the group, as the topic tells them. */
export class OperationsState {
  private readonly known = new Map<string, Known>();
  /** Progress that was read before its order: compaction may leave them so. */
  private readonly early = new Map<string, Progress>();

  apply(fact: OperationFact, verified: boolean, now = performance.now()): void {
    if (fact.is === 'order') this.applyOrder(fact.order, verified, now);
    if (fact.is === 'progress') this.applyProgress(fact.progress, now);
  }

  get(id: string): Known | undefined {
    return this.known.get(id);
  }

  /** Newest first. */
  all(): readonly Known[] {
    return [...this.known.values()].sort((a, b) => b.order.createdAt - a.order.createdAt);
  }

  /** A replay by filter that has not ended; the first of them in the topic, above `id` where it is given. */
  openReplay(id?: string): Known | undefined {
    for (const known of this.known.values()) {
      if (known.order.id === id) return undefined;
      if (isSweep(known.order) && isOpen(stateOf(known))) return known;
    }
    return undefined;
  }

  private applyOrder(order: Order, verified: boolean, now: number): void {
    const former = this.known.get(order.id);
    if (former?.progress?.ended) return;
    if (!former && this.known.size >= MOST && !this.forgetOne()) return;
    // Of a repeated order only the wish may differ; the last one counts, as it is what compaction leaves.
    const kept = former ? { ...former.order, wish: order.wish } : order;
    const progress = former?.progress ?? this.early.get(order.id);
    this.early.delete(order.id);
    this.known.set(order.id, {
      order: kept,
      verified: verified && (former?.verified ?? true),
      progress,
      heardAt: now,
    });
  }

  private applyProgress(progress: Progress, now: number): void {
    const known = this.known.get(progress.id);
    // The runner itself knows of it before the topic tells.
    if (known?.progress && isBefore(progress, known.progress)) return;
    if (known) this.known.set(progress.id, { ...known, progress, heardAt: now });
    else if (this.early.size < MOST) this.early.set(progress.id, progress);
  }

  private forgetOne(): boolean {
    const ended = this.all().findLast((one) => !isOpen(stateOf(one)));
    return ended !== undefined && this.known.delete(ended.order.id);
  }
}

const isBefore = (one: Progress, other: Progress): boolean =>
  countOf(one) < countOf(other) || (other.ended !== null && one.ended === null);

const countOf = ({ replayed, parked, refused }: Progress): number => replayed + parked + refused;

/** Longer than the driver takes to delete, or to give up. */
const PURGE_LIMIT_MS = 120_000;

/**
 * A purge that is not signed is taken over by nobody. When its instance dies it has failed, and the next dry run
 * tells what is left.
 */
const isAbandoned = ({ order: { kind, createdAt }, verified }: Pick<Known, 'order' | 'verified'>): boolean =>
  kind === 'purge' && !verified && Date.now() - createdAt > PURGE_LIMIT_MS;

export function stateOf(known: Pick<Known, 'order' | 'progress' | 'verified'>): OperationState {
  if (known.progress?.ended) return known.progress.ended;
  if (isAbandoned(known)) return 'failed';
  const states = { run: 'running', pause: 'paused', cancel: 'cancelled' } as const;
  return states[known.order.wish];
}

/** Whether something may still become of it. */
export const isOpen = (state: OperationState): boolean => state === 'running' || state === 'paused';

export function toView(known: Known): Operation {
  const { order, progress, verified } = known;
  return {
    id: order.id,
    kind: order.kind,
    state: stateOf(known),
    actor: order.actor,
    verified,
    createdAt: new Date(order.createdAt).toISOString(),
    total: order.total,
    done: progress ? progress.replayed + progress.parked : 0,
    parked: progress?.parked ?? 0,
    refused: progress?.refused ?? 0,
    rate: order.rate,
    target: order.target,
    filter: order.filter,
    selected: order.selection?.length ?? null,
    before: order.before,
    runner: progress?.runner ?? null,
    problem: progress?.problem ?? null,
  };
}
