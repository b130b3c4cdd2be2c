import type { createRequire } from 'node:module';
import {
  createGroupRequests,
  type Exchange,
  type GroupMembership,
  type GroupRequests,
  type TxnOffsetCommit,
} from './codec/group-requests.js';

export type { GroupMembership };

const BROKER = 'kafkajs/src/broker/index.js';
const EVENTS = 'kafkajs/src/consumer/instrumentationEvents.js';
const GROUP = 'kafkajs/src/consumer/consumerGroup.js';
const SEND_REQUEST = 'private:Broker:sendRequest';

/** A consumer event that kafkajs does not have by itself, after each join; its payload is a `GroupMembership`. */
export const GROUP_GENERATION = 'consumer.group_generation';

/** kafkajs' connection to a broker, with what is added to it here. */
export interface GroupBroker {
  /**
   * The position of a group in a partition, once no transaction that moves it is open any more; undefined where
   * nothing is committed. @throws the driver's error, UNSTABLE_OFFSET_COMMIT while there is such a transaction
   */
  stableOffset(groupId: string, topic: string, partition: number): Promise<bigint | undefined>;
}

type Positions = TxnOffsetCommit['topics'];

const committers = new WeakMap<Positions, GroupMembership>();

/**
 * The positions, as those of this member: the group refuses them once it has moved on. Without it, only the
 * transactional id tells whether they are still to be committed.
 */
export function committedBy<T extends Positions>(member: GroupMembership, positions: T): T {
  committers.set(positions, member);
  return positions;
}

/** The broker is older than Kafka 2.5. */
export class GroupTransactionsUnsupportedError extends Error {
  override readonly name = 'GroupTransactionsUnsupportedError';
}

interface Broker {
  /** By the key of a request. */
  readonly versions: Readonly<Record<number, { readonly maxVersion: number } | undefined>>;
}

type Send = (this: Broker, exchange: Exchange) => ReturnType<Exchange['response']['parse']>;
type Commit = (this: Broker, commit: TxnOffsetCommit) => Promise<unknown>;

interface ConsumerGroup extends GroupMembership {
  readonly instrumentationEmitter: { emit(event: string, payload: GroupMembership): void };
}

/**
 * What kafkajs lacks of KIP-447. A position may then be committed by another partition's producer: the group
 * itself refuses whoever has lost the partition, and who has it next waits until what is open has ended. Has to
 * come before kafkajs is loaded, which reads its list of events once.
 * @throws Error when the installed kafkajs has another shape
 */
export function installGroupTransactions(require: ReturnType<typeof createRequire>): void {
  const requests = createGroupRequests(require);
  extendBroker(require, requests);
  tellGenerations(require);
}

function extendBroker(require: ReturnType<typeof createRequire>, requests: GroupRequests): void {
  const { prototype } = require(BROKER) as { prototype?: Record<string | symbol, unknown> };
  const symbol = Object.getOwnPropertySymbols(prototype ?? {}).find(
    ({ description }) => description === SEND_REQUEST,
  );
  if (!prototype || !symbol || typeof prototype['txnOffsetCommit'] !== 'function') {
    throw new Error(`${BROKER} is not the class it was`);
  }
  const send = prototype[symbol] as Send;
  const commit = prototype['txnOffsetCommit'] as Commit;
  const ask = (broker: Broker, exchange: Exchange) => {
    const { apiKey, apiVersion, apiName } = exchange.request;
    if ((broker.versions[apiKey]?.maxVersion ?? 0) >= apiVersion) return send.call(broker, exchange);
    throw new GroupTransactionsUnsupportedError(`the broker does not know ${apiName} ${String(apiVersion)}`);
  };
  prototype['txnOffsetCommit'] = async function (this: Broker, positions: TxnOffsetCommit) {
    const member = committers.get(positions.topics);
    return member ? ask(this, requests.txnOffsetCommit(positions, member)) : commit.call(this, positions);
  };
  prototype['stableOffset'] = async function (
    this: Broker,
    groupId: string,
    topic: string,
    partition: number,
  ): Promise<bigint | undefined> {
    const { topics } = await ask(this, requests.stableOffsetFetch({ groupId, topic, partition }));
    const offset = topics[0]?.partitions[0]?.offset;
    return offset === undefined || offset < 0n ? undefined : offset;
  };
}

function tellGenerations(require: ReturnType<typeof createRequire>): void {
  const { events } = require(EVENTS) as { events?: Record<string, string> };
  const { prototype } = require(GROUP) as { prototype?: Record<string, unknown> };
  const join = prototype?.['joinAndSync'];
  if (!events || !prototype || typeof join !== 'function') {
    throw new Error(`${EVENTS} or ${GROUP} is not what it was`);
  }
  events['GROUP_GENERATION'] = GROUP_GENERATION;
  prototype['joinAndSync'] = async function (this: ConsumerGroup) {
    await (join as () => Promise<void>).call(this);
    const { memberId, generationId } = this;
    this.instrumentationEmitter.emit(GROUP_GENERATION, { memberId, generationId });
  };
}
