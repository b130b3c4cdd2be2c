import type { PauseCommand } from '../control/control-record.js';
import type { ControlState } from '../control/control-state.js';

export type Scope = 'group' | 'instance';

/** One pause as people see it. */
export interface PauseView {
  readonly scope: Scope;
  /** Numbers of partitions; null for all. */
  readonly partitions: readonly number[] | null;
  readonly reason: string | null;
  readonly actor: string;
  /** Whether the actor is proven by a signature; a command to this instance alone has been proven by its token. */
  readonly verified: boolean;
  /** ISO 8601. */
  readonly since: string;
  /** ISO 8601; null without an end. */
  readonly until: string | null;
}

/** What a command answers: the state of what it is about. */
export interface PauseState {
  readonly paused: boolean;
  readonly scope: Scope;
  readonly partitions: readonly number[] | null;
  readonly reason: string | null;
  readonly actor: string | null;
  readonly verified: boolean | null;
  /** ISO 8601; null while running. */
  readonly since: string | null;
  /** ISO 8601; null without an end. */
  readonly until: string | null;
}

/** The pauses of one scope; partitions that were paused alike are one. */
export function describePauses(scope: Scope, state: ControlState, now: number): readonly PauseView[] {
  const views = new Map<string, PauseView & { partitions: number[] | null }>();
  for (const { command, verified } of state.pauses(now)) {
    const view = { scope, partitions: null, verified, ...describe(command) };
    if (command.partition === null) {
      views.set('all', view);
      continue;
    }
    const alike = JSON.stringify(view);
    const known = views.get(alike) ?? { ...view, partitions: [] };
    known.partitions?.push(command.partition);
    views.set(alike, known);
  }
  return [...views.values()];
}

const describe = ({ reason, actor, since, until }: PauseCommand) => ({
  reason,
  actor,
  since: new Date(since).toISOString(),
  until: until === null ? null : new Date(until).toISOString(),
});

/** The first of these pauses; without any, that the scope runs. */
export function pauseState(scope: Scope, [pause]: readonly PauseView[]): PauseState {
  const running = { partitions: null, reason: null, actor: null, verified: null, since: null, until: null };
  return pause ? { paused: true, ...pause } : { paused: false, scope, ...running };
}
