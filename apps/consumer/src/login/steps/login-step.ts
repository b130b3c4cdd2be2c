import type { LoginEventDto } from '@pipeline/contracts';

/** JSON that is written as it stands, so that its numbers keep their digits. */
export class ExactJson {
  constructor(readonly text: string) {}
}

/** Fields of the output event by name, as JSON.stringify writes them; undefined leaves a field out. */
export type StepFields = Readonly<Record<string, unknown>>;

/**
 * The port for work of your own on each valid login event, such as a call of another system or a database. Add
 * yours to `login-steps.ts`; docs/STEPS.md has an example.
 *
 * Events of a partition are worked on KAFKA_WORKER_POOL_SIZE at a time, in any order, and written in theirs. What
 * a step does outside of Kafka happens at least once: an event is handed to it again after a crash, a rebalance, a
 * pause and while a circuit is open.
 *
 * @publicApi
 */
export interface LoginStep {
  /** The name of its circuit in logs, metrics, health and status. */
  readonly name: string;
  /**
   * For events that nothing outside is asked about: what to set in their output. They count for no circuit, which
   * they would else keep closed. Undefined, or without this method: `run` is called.
   */
  skip?(event: Readonly<LoginEventDto>): StepFields | undefined;
  /**
   * What to set in the output event.
   *
   * - A `PermanentError` and programming errors (TypeError, …) send the event to the dead letters at once.
   * - A `PassingError` and any other error is tried again: in place, then by way of the retry topics. When most
   *   calls fail so, the circuit of the step opens, and all events wait.
   * - What does not end within EVENT_TIMEOUT sends the event to the dead letters.
   *
   * Texts of errors reach logs and headers: leave out what identifies a user.
   *
   * @param event valid; not to be changed
   * @param signal aborted when the result is of no use any more: stop
   */
  run(event: Readonly<LoginEventDto>, signal: AbortSignal): Promise<StepFields>;
  /** Ends connections, when the service stops. */
  close?(): Promise<void>;
}
