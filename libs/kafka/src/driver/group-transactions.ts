import type { createRequire } from 'node:module';
import { brokerRequests, type Broker } from './broker-requests.js';
import type { Exchange } from './codec/exchange.js';
import { createGroupRequests, type GroupMembership, type TxnOffsetCommit } from './codec/group-requests.js';

const TXN_OFFSET_COMMIT = 28;
/**
 * Members are checked from version 3 on. Brokers that know this one, from Kafka 3.8 on, besides refuse what comes late,
 * after its transaction was aborted; in others it would wait for the producer's next commit, and count with that.
 */
const VERIFIES_POSITIONS = 4;

/** Where a group goes on in a partition. */
export interface GroupPosition {
  /** Undefined where nothing is committed. */
  readonly offset: bigint | undefined;
  /** Whether the group's coordinator refuses positions in transactions of others than its members. */
  readonly checksMembers: boolean;
}

/** kafkajs' connection to a broker, with what is added to it here. */
export interface GroupBroker {
  /**
   * The position that no open transaction moves. @throws the driver's error: UNSTABLE_OFFSET_COMMIT while there is
   * such a transaction; GroupTransactionsUnsupportedError
   */
  groupPosition(groupId: string, topic: string, partition: number): Promise<GroupPosition>;
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

type Commit = (this: Broker, commit: TxnOffsetCommit) => Promise<unknown>;

/**
 * What kafkajs lacks of KIP-447. A position may then be committed by another partition's producer: the group
 * itself refuses whoever has lost the partition, and who has it next waits until what is open has ended.
 * @throws Error when the installed kafkajs has another shape
 */
export function installGroupTransactions(require: ReturnType<typeof createRequire>): void {
  const requests = createGroupRequests(require);
  const { prototype, knows, send } = brokerRequests(require);
  if (typeof prototype['txnOffsetCommit'] !== 'function') throw new Error('brokers have no txnOffsetCommit');
  const commit = prototype['txnOffsetCommit'] as Commit;
  const ask = <Answer>(broker: Broker, exchange: Exchange<Answer>) => {
    if (knows(broker, exchange)) return send(broker, exchange);
    const { apiVersion, apiName } = exchange.request;
    throw new GroupTransactionsUnsupportedError(`the broker does not know ${apiName} ${String(apiVersion)}`);
  };
  prototype['txnOffsetCommit'] = async function (this: Broker, positions: TxnOffsetCommit) {
    const member = committers.get(positions.topics);
    return member ? ask(this, requests.txnOffsetCommit(positions, member)) : commit.call(this, positions);
  };
  prototype['groupPosition'] = async function (
    this: Broker,
    groupId: string,
    topic: string,
    partition: number,
  ): Promise<GroupPosition> {
    const { topics } = await ask(this, requests.stableOffsetFetch({ groupId, topic, partition }));
    const offset = topics[0]?.partitions[0]?.offset ?? -1n;
    return {
      offset: offset < 0n ? undefined : offset,
      checksMembers: (this.versions[TXN_OFFSET_COMMIT]?.maxVersion ?? 0) >= VERIFIES_POSITIONS,
    };
  };
}
