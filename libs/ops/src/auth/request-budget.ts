const WINDOW_MS = 60_000;
/** Beyond this many at once the one that was seen first is forgotten: memory has a bound, whoever sends. */
const MOST_KEYS = 10_000;

interface Window {
  readonly endsAt: number;
  used: number;
}

/** How much of something each key may do within a minute. Keeps no timers and a bounded number of keys. */
export class RequestBudget {
  private readonly windows = new Map<string, Window>();

  constructor(
    private readonly limit: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Counts one. @returns seconds to wait where the limit is passed, else 0 */
  take(key: string): number {
    const window = this.current(key) ?? this.begin(key);
    window.used++;
    return this.wait(window, window.used > this.limit);
  }

  /** Without counting. @returns seconds to wait where the limit is reached, else 0 */
  exhausted(key: string): number {
    const window = this.current(key);
    return window ? this.wait(window, window.used >= this.limit) : 0;
  }

  private wait({ endsAt }: Window, over: boolean): number {
    return over ? Math.max(1, Math.ceil((endsAt - this.now()) / 1_000)) : 0;
  }

  private current(key: string): Window | undefined {
    const window = this.windows.get(key);
    return window && window.endsAt > this.now() ? window : undefined;
  }

  private begin(key: string): Window {
    this.windows.delete(key);
    const oldest = this.windows.keys().next();
    if (this.windows.size >= MOST_KEYS && !oldest.done) this.windows.delete(oldest.value);
    const window = { endsAt: this.now() + WINDOW_MS, used: 0 };
    this.windows.set(key, window);
    return window;
  }
}
