/**
 * One thing that health depends on. `check` answers at once from what is already known: no I/O, no throw.
 *
 * @publicApi
 */
export interface HealthProbe {
  /** The key in the answer, for example `kafka`. */
  readonly name: string;
  check(): ProbeResult;
}

/** @publicApi */
export interface ProbeResult {
  readonly up: boolean;
  /** Shown beside `status` in the answer. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * What an app's health is made of; a list is up when all of its probes are.
 *
 * @publicApi
 */
export interface HealthProbes {
  /** Down: the process should be restarted. */
  readonly live: readonly HealthProbe[];
  /** Down: the instance does not do its work at the moment. */
  readonly ready: readonly HealthProbe[];
  /** Up once the start is over; live and ready are not asked before. */
  readonly startup: readonly HealthProbe[];
}

export const HEALTH_PROBES = Symbol('HEALTH_PROBES');
