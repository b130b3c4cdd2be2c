import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState as State,
  handleWhen,
  type IBreaker,
} from 'cockatiel';
import { AbortedError } from '../abort.js';
import { EventTimeoutError, isPassing, toError } from './errors.js';
import { RatioWindow } from './ratio-window.js';

/** `half-open`: the next call is a trial, which closes or opens the circuit; further calls wait for it. */
export type CircuitState = 'closed' | 'half-open' | 'open';

export interface CircuitOptions {
  /** Above 0, up to 1: so much of the calls in the window must fail to open it, … */
  readonly failureRatio: number;
  /** … of at least so many. */
  readonly minimumCalls: number;
  readonly windowMs: number;
  /** Milliseconds that it stays open before a trial. */
  readonly trialAfterMs: number;
}

export interface CircuitStatus {
  readonly name: string;
  readonly state: CircuitState;
  /** ISO 8601 */
  readonly since: string;
}

/** The timer that ends the wait may be early by a millisecond, and the policy measures on its own. */
const EARLY_MS = 10;

/**
 * A circuit breaker around the calls of something outside. Failures that pass and timeouts count as failing;
 * whatever else is thrown is an answer, and work that was given up says nothing.
 */
export class Circuit {
  private readonly policy;
  private timer: NodeJS.Timeout | undefined;
  private current: CircuitStatus;

  constructor(
    readonly name: string,
    private readonly options: CircuitOptions,
    private readonly onChange: (change: CircuitStatus) => void,
  ) {
    this.current = { name, state: 'closed', since: new Date().toISOString() };
    // What was given up during a trial proves nothing: then another trial follows, after the wait.
    const counts = handleWhen(
      (error) => !(error instanceof AbortedError) || this.policy.state === State.HalfOpen,
    );
    this.policy = circuitBreaker(counts, {
      halfOpenAfter: Math.max(0, options.trialAfterMs - EARLY_MS),
      breaker: new WindowBreaker(options),
    });
    this.policy.onBreak(() => this.open());
    this.policy.onReset(() => this.become('closed'));
  }

  describe(): CircuitStatus {
    return this.current;
  }

  /** @throws AbortedError while the circuit is open; what `work` throws */
  async call<T>(work: () => Promise<T>): Promise<T> {
    let answer: { readonly value: T } | { readonly error: unknown };
    try {
      answer = await this.policy.execute(() => settle(work));
    } catch (error) {
      if (error instanceof BrokenCircuitError) throw new AbortedError(`the circuit of ${this.name} is open`);
      throw error;
    }
    if ('error' in answer) throw answer.error;
    return answer.value;
  }

  private open(): void {
    this.become('open');
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.become('half-open'), this.options.trialAfterMs).unref();
  }

  private become(state: CircuitState): void {
    this.current = { name: this.name, state, since: new Date().toISOString() };
    this.onChange(this.current);
  }
}

/** An answer of the other side, also one that refuses, is no failure of it. */
async function settle<T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly error: unknown }> {
  try {
    return { value: await work() };
  } catch (thrown) {
    const error = toError(thrown);
    if (error instanceof AbortedError || error instanceof EventTimeoutError || isPassing(error)) throw error;
    return { error };
  }
}

/** Unlike the library's own sampling, it forgets what is older than its window also when there are few calls. */
class WindowBreaker implements IBreaker {
  readonly state = undefined;
  private readonly calls: RatioWindow;

  constructor(private readonly options: CircuitOptions) {
    this.calls = new RatioWindow(options.windowMs);
  }

  success(state: State): void {
    if (state === State.HalfOpen) this.calls.clear();
    this.calls.add(1, 0);
  }

  failure(state: State): boolean {
    this.calls.add(1, 1);
    if (state !== State.Closed) return true;
    const { total, marked } = this.calls.counts();
    return total >= this.options.minimumCalls && marked >= this.options.failureRatio * total;
  }
}
