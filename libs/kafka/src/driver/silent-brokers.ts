import type { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';

const GROUP_PATH = 'kafkajs/src/consumer/consumerGroup.js';
const REFUSED_DELAY_MS = 200;

/** What kafkajs knows of the brokers, as far as it matters here. */
export interface KnownBrokers {
  readonly brokerPool: { readonly brokers: Readonly<Record<string, KnownBroker>> };
  removeBroker(where: { host: string; port: number }): void;
}

interface KnownBroker {
  readonly connectionPool: { readonly host: string; readonly port: number };
  disconnect(): Promise<void>;
}

/**
 * Forgets the broker that left a request unanswered, until the metadata names it again. kafkajs would go on to
 * ask it, for metadata too: it takes a broker for there as long as the connection stands.
 */
export function forgetSilent(cluster: KnownBrokers, error: unknown): void {
  const { name, broker: address } = error as { name?: string; broker?: string };
  if (name !== 'KafkaJSRequestTimeoutError' || address === undefined) return;
  for (const broker of Object.values(cluster.brokerPool.brokers)) {
    const { host, port } = broker.connectionPool;
    if (`${host}:${String(port)}` !== address) continue;
    cluster.removeBroker({ host, port });
    void broker.disconnect().catch(() => undefined);
  }
}

interface Coordinator {
  findGroupCoordinator(group: { groupId: string; coordinatorType: number }): Promise<unknown>;
}

/** The part of kafkajs' member of a consumer group that matters here. */
interface ConsumerGroup {
  readonly groupId: string;
  readonly cluster: KnownBrokers & {
    findGroupCoordinator(group: { groupId: string }): Promise<Coordinator>;
    refreshMetadata(): Promise<void>;
  };
  coordinator: Coordinator;
}

type Method<Argument> = (this: ConsumerGroup, argument: Argument) => Promise<void>;

interface Methods {
  heartbeat: Method<unknown>;
  joinAndSync: Method<void>;
  recoverFromFetch: Method<unknown>;
}

const isSilent = (error: unknown) => (error as { name?: string }).name === 'KafkaJSRequestTimeoutError';
const isRefused = (error: unknown) => (error as { name?: string }).name === 'KafkaJSConnectionError';

/**
 * A broker that dies without a word (its host is gone, its packets are dropped) is replaced by the others after
 * some seconds. kafkajs goes on to ask it: for heartbeats and fetches until its retries are used up, which are
 * six times the request timeout, and to join for the whole rebalance timeout. Here the first silence is enough
 * to ask the others who took over.
 * @throws Error when the installed kafkajs has another shape
 */
export function installSilentBrokers(require: ReturnType<typeof createRequire>): void {
  const { prototype } = require(GROUP_PATH) as { prototype?: Partial<Methods> };
  const { heartbeat, joinAndSync, recoverFromFetch } = prototype ?? {};
  if (!prototype || !heartbeat || !joinAndSync || !recoverFromFetch) {
    throw new Error(`${GROUP_PATH} is not the class it was`);
  }

  prototype.heartbeat = async function (argument) {
    try {
      await heartbeat.call(this, argument);
    } catch (error) {
      if (isSilent(error) || isRefused(error)) await findCoordinator(this, error);
      throw error;
    }
  };

  prototype.joinAndSync = async function () {
    // A join waits for the others, for long; whether anybody listens shows sooner.
    const coordinator = await this.cluster.findGroupCoordinator({ groupId: this.groupId });
    try {
      await coordinator.findGroupCoordinator({ groupId: this.groupId, coordinatorType: 0 });
    } catch (error) {
      forgetSilent(this.cluster, error);
      throw error;
    }
    await joinAndSync.call(this);
  };

  prototype.recoverFromFetch = async function (error) {
    if (!isSilent(error) && !isRefused(error)) return recoverFromFetch.call(this, error);
    forgetSilent(this.cluster, error);
    if (isRefused(error)) await delay(REFUSED_DELAY_MS);
    await this.cluster.refreshMetadata();
  };
}

/** For the next heartbeat. Failing, that one fails as this one did. */
async function findCoordinator(group: ConsumerGroup, error: unknown): Promise<void> {
  forgetSilent(group.cluster, error);
  try {
    group.coordinator = await group.cluster.findGroupCoordinator({ groupId: group.groupId });
  } catch {
    // Whoever is asked may be the one that is away.
  }
}
