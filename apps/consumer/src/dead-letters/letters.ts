import { Worker } from 'node:worker_threads';
import { Injectable, Logger, ServiceUnavailableException, type OnApplicationShutdown } from '@nestjs/common';
import type { Answer, Call, LetterCalls, LetterMethod, WorkerOptions } from './worker/letter-calls.js';

const WORKER = new URL('./worker/letter-worker.js', import.meta.url);
/** For one question; a search ends by itself before. */
const CALL_LIMIT_MS = 30_000;
/** Questions in hand; each holds a request open. */
const MOST_CALLS = 200;

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The dead letters, as a worker thread knows them. It is started by the first question, and anew by the first one
 * after its end.
 */
@Injectable()
export class Letters implements OnApplicationShutdown {
  private readonly logger = new Logger(Letters.name);
  private readonly waiting = new Map<number, Waiting>();
  private worker: Worker | undefined;
  private calls = 0;

  constructor(private readonly options: WorkerOptions) {}

  /** Whether somebody has asked before. */
  get isStarted(): boolean {
    return this.worker !== undefined;
  }

  /** @throws ServiceUnavailableException when it does not answer, or Kafka does not */
  async ask<Method extends LetterMethod>(
    method: Method,
    ...args: Parameters<LetterCalls[Method]>
  ): Promise<Awaited<ReturnType<LetterCalls[Method]>>> {
    if (this.waiting.size >= MOST_CALLS) throw new ServiceUnavailableException('Too many questions at once');
    const worker = (this.worker ??= this.start());
    const call: Call = { id: ++this.calls, method, args };
    let timer: NodeJS.Timeout | undefined;
    try {
      const answered = new Promise((resolve, reject) => {
        this.waiting.set(call.id, { resolve, reject });
        timer = setTimeout(() => reject(unavailable('it takes too long')), CALL_LIMIT_MS);
      });
      worker.postMessage(call);
      return (await answered) as Awaited<ReturnType<LetterCalls[Method]>>;
    } finally {
      clearTimeout(timer);
      this.waiting.delete(call.id);
    }
  }

  /** What matches is not known before everything has been read. @throws ServiceUnavailableException */
  async ready(): Promise<void> {
    const { state, indexed, total, problem } = await this.ask('state');
    if (state === 'ready') return;
    throw new ServiceUnavailableException(
      problem === null
        ? `The index of the dead letters is being built: ${String(indexed)} of ${String(total)}`
        : `The dead letters cannot be read now: ${problem}`,
    );
  }

  async onApplicationShutdown(): Promise<void> {
    await this.worker?.terminate();
  }

  private start(): Worker {
    this.logger.log('reading the dead letters into an index');
    const worker = new Worker(WORKER, { workerData: this.options });
    worker.unref();
    worker.on('message', (answer: Answer) => {
      const asked = this.waiting.get(answer.id);
      if ('error' in answer) asked?.reject(unavailable(answer.error));
      else asked?.resolve(answer.result);
    });
    worker.on('error', ({ name }) => this.logger.error(`the index of the dead letters has failed: ${name}`));
    worker.on('exit', () => {
      this.worker = undefined;
      for (const { reject } of this.waiting.values()) reject(unavailable('its thread has ended'));
    });
    return worker;
  }
}

const unavailable = (why: string) =>
  new ServiceUnavailableException(`The dead letters cannot be read now: ${why}`);
