import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { LoginEventDto } from '@pipeline/contracts';
import { AbortedError, EventTimeoutError, type Circuit } from '@pipeline/kafka';
import type { LoginStep, StepFields } from './login-step.js';

/** Takes events through steps, each within its circuit and all of them within the time for one event. */
@Injectable()
export class StepRunner implements OnApplicationShutdown {
  private readonly steps: readonly { readonly step: LoginStep; readonly circuit: Circuit }[];

  /** @param timeoutMs for all steps of one event */
  constructor(
    steps: readonly LoginStep[],
    circuitOf: (name: string) => Circuit,
    private readonly timeoutMs: number,
  ) {
    this.steps = steps.map((step) => ({ step, circuit: circuitOf(step.name) }));
  }

  get isEmpty(): boolean {
    return this.steps.length === 0;
  }

  /**
   * The fields that the steps set; of one that is set twice the last one counts.
   * @throws EventTimeoutError; AbortedError when `signal` is aborted or a circuit is open; what a step throws
   */
  async run(event: LoginEventDto, signal: AbortSignal): Promise<StepFields> {
    const limit = new AbortController();
    const giveUp = () => limit.abort(new AbortedError(String(signal.reason)));
    const timer = setTimeout(() => limit.abort(new EventTimeoutError(this.timeoutMs)), this.timeoutMs);
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    try {
      const fields: StepFields = {};
      for (const { step, circuit } of this.steps) {
        const work = () => unlessAborted(step.run(event, limit.signal), limit.signal);
        Object.assign(fields, step.skip?.(event) ?? (await circuit.call(work)));
      }
      return fields;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** By now nothing is in progress any more. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.steps.map(async ({ step }) => step.close?.()));
  }
}

/** The result of the work, or the reason of the signal as soon as it is aborted, whether the work ends or not. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    work
      .then(resolve, (error: unknown) => reject(signal.aborted ? (signal.reason as Error) : (error as Error)))
      .finally(() => signal.removeEventListener('abort', stop));
  });
}
