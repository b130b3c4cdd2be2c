import type { createRequire } from 'node:module';
import { replaceModule } from './codec/replace-module.js';

export const FETCH_MANAGER = 'kafkajs/src/consumer/fetchManager.js';

interface FetchManager {
  start(): Promise<void>;
  stop(): Promise<void>;
}

interface Options {
  readonly fetch: (nodeId: number) => Promise<readonly unknown[]>;
}

export type CreateFetchManager = (options: Options) => FetchManager;

/**
 * kafkajs makes new fetchers when the brokers change. When it is stopped just then it stops the old ones only;
 * the new ones fetch nothing, without a pause, and the process does nothing else any more. Here what is fetched
 * after the stop stops them, too.
 */
export function installFetchManager(require: ReturnType<typeof createRequire>): void {
  replaceModule(require, FETCH_MANAGER, stoppable);
}

export const stoppable =
  (create: CreateFetchManager): CreateFetchManager =>
  (options) => {
    let stopped = false;
    const manager = create({
      ...options,
      fetch: (nodeId) => {
        if (!stopped) return options.fetch(nodeId);
        void manager.stop();
        return Promise.resolve([]);
      },
    });
    const stop = () => {
      stopped = true;
      return manager.stop();
    };
    return { ...manager, stop };
  };
