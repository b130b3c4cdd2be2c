import type { createRequire } from 'node:module';
import { accessFailure } from './security/access-failure.js';

export const BROKER_POOL = 'kafkajs/src/cluster/brokerPool.js';

interface Broker {
  readonly nodeId?: number;
}

/** The part of kafkajs' known brokers that matters here. */
export interface BrokerPool {
  brokers: Record<string, Broker>;
  /** The one to begin with; undefined when kafkajs has just forgotten the last broker that it knew. */
  seedBroker: Broker | undefined;
  createSeedBroker(): Promise<void>;
  refreshMetadata(topics: readonly string[]): Promise<void>;
  removeBroker(where: { host: string; port: number }): void;
  /** Undefined or null when no broker could answer. */
  withBroker(ask: (to: { nodeId: string; broker: Broker }) => Promise<unknown>): Promise<unknown>;
}

/**
 * When kafkajs forgets its last broker while it waits for metadata, it trips over the seed broker that is not
 * there any more, and takes that for a failure that nothing can mend. Here it begins again with a new one.
 * And when all brokers refuse what is asked, it says only that none has answered; here, what they refuse.
 * @throws Error when the installed kafkajs has another shape
 */
export function installBrokerPool(require: ReturnType<typeof createRequire>): void {
  const { prototype } = require(BROKER_POOL) as { prototype?: Partial<BrokerPool> };
  keepSeed(prototype);
  keepRefusal(prototype);
}

export function keepSeed(prototype: Partial<BrokerPool> | undefined): void {
  const { refreshMetadata, removeBroker } = prototype ?? {};
  if (!prototype || !refreshMetadata || !removeBroker) throw new Error(`${BROKER_POOL} is not what it was`);

  prototype.refreshMetadata = async function (this: BrokerPool, topics) {
    if (!this.seedBroker) await this.createSeedBroker();
    try {
      await refreshMetadata.call(this, topics);
    } catch (error) {
      if (this.seedBroker) throw error;
      await this.createSeedBroker();
      await refreshMetadata.call(this, topics);
    }
  };

  prototype.removeBroker = function (this: BrokerPool, where) {
    this.seedBroker ??= Object.values(this.brokers)[0];
    removeBroker.call(this, where);
  };
}

function keepRefusal(prototype: Partial<BrokerPool> | undefined): void {
  const { withBroker } = prototype ?? {};
  if (!prototype || !withBroker) throw new Error(`${BROKER_POOL} is not what it was`);

  prototype.withBroker = async function (this: BrokerPool, ask) {
    let refusal: unknown;
    const answer = await withBroker.call(this, async (to) => {
      try {
        return await ask(to);
      } catch (error) {
        if (accessFailure(error)) refusal = error;
        throw error;
      }
    });
    if (!answer && refusal) throw refusal as Error;
    return answer;
  };
}
