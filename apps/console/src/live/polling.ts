import { ConnectionLost, Problem } from '../api/problem.js';

interface Task {
  readonly run: (signal: AbortSignal) => Promise<void>;
  readonly everyMs: number;
  dueAt: number;
}

const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 30_000;

/** How long to wait after so many failures in a row: 1, 2, 4, … 30 s. */
const backoffMs = (failures: number): number =>
  Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), LONGEST_BACKOFF_MS);

export interface Connection {
  readonly lost: boolean;
  /** When it is tried again, in ms since 1970. */
  readonly retryAt: number | undefined;
}

/**
 * Asks again and again, one request at a time whatever the number of tasks, so that a hundred open consoles are
 * no load. Waits longer after each failure in a row; does nothing while the page is hidden.
 */
export class Polling {
  private readonly tasks = new Set<Task>();
  private readonly listeners = new Set<(connection: Connection) => void>();
  /** `again`: what it asks may have changed since. */
  private running: { readonly task: Task; readonly abort: AbortController; again: boolean } | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private hidden = false;
  private failures = 0;
  private notBefore = 0;
  connection: Connection = { lost: false, retryAt: undefined };

  /**
   * Runs a task now and then every so often, counted from its end, until the returned function is called.
   * What it throws other than a lost connection, or being asked to slow down, is its own affair.
   */
  add(run: Task['run'], everyMs: number): () => void {
    const task: Task = { run, everyMs, dueAt: 0 };
    this.tasks.add(task);
    this.plan();
    return () => {
      this.tasks.delete(task);
      if (this.running?.task === task) this.running.abort.abort();
    };
  }

  /** Makes everything due now, also while it backs off. */
  refresh(): void {
    this.notBefore = 0;
    for (const task of this.tasks) task.dueAt = 0;
    if (this.running) this.running.again = true;
    this.plan();
  }

  setHidden(hidden: boolean): void {
    if (hidden === this.hidden) return;
    this.hidden = hidden;
    if (hidden) clearTimeout(this.timer);
    else this.refresh();
  }

  onConnection(listener: (connection: Connection) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  stop(): void {
    this.tasks.clear();
    this.running?.abort.abort();
    clearTimeout(this.timer);
  }

  private plan(): void {
    clearTimeout(this.timer);
    if (this.hidden || this.running || this.tasks.size === 0) return;
    const next = [...this.tasks].reduce((first, task) => (task.dueAt < first.dueAt ? task : first));
    const wait = Math.max(next.dueAt, this.notBefore) - Date.now();
    this.timer = setTimeout(() => void this.runOne(next), Math.max(0, wait));
  }

  private async runOne(task: Task): Promise<void> {
    const abort = new AbortController();
    const running = { task, abort, again: false };
    this.running = running;
    try {
      await task.run(abort.signal);
      this.succeeded();
    } catch (error) {
      if (!abort.signal.aborted) this.failed(error);
    } finally {
      this.running = undefined;
      task.dueAt = running.again ? 0 : Date.now() + task.everyMs;
      this.plan();
    }
  }

  private succeeded(): void {
    this.failures = 0;
    this.notBefore = 0;
    this.tell({ lost: false, retryAt: undefined });
  }

  private failed(error: unknown): void {
    const slowDown = error instanceof Problem && error.status === 429;
    if (!slowDown && !(error instanceof ConnectionLost)) {
      this.succeeded();
      return;
    }
    this.failures += 1;
    const asked = error instanceof Problem ? (error.retryAfterMs ?? 0) : 0;
    this.notBefore = Date.now() + Math.max(backoffMs(this.failures), asked);
    if (!slowDown) this.tell({ lost: true, retryAt: this.notBefore });
  }

  private tell(connection: Connection): void {
    const before = this.connection;
    if (before.lost === connection.lost && before.retryAt === connection.retryAt) return;
    this.connection = connection;
    for (const listener of this.listeners) listener(connection);
  }
}
