import type { createRequire } from 'node:module';

const PATH = 'kafkajs/src/consumer/consumerGroup.js';

/** The part of kafkajs' member of a consumer group that matters here. */
interface ConsumerGroup {
  /** The same for every membership of one consumer. */
  readonly cluster: object;
  /** Null before the first join. */
  readonly generationId: number | null;
  memberId: string | null;
}

type Method = (this: ConsumerGroup) => Promise<void>;

/**
 * When its coordinator is gone kafkajs gives up its membership, without being able to say so, and begins
 * another one: the group would wait for the former until its session has timed out. Here a new membership
 * takes up the id of a former one that was not left.
 * @throws Error when the installed kafkajs has another shape
 */
export function installMemberId(require: ReturnType<typeof createRequire>): void {
  const { prototype } = require(PATH) as { prototype?: Record<string, unknown> };
  const { joinAndSync, leave } = (prototype ?? {}) as { joinAndSync?: Method; leave?: Method };
  if (!prototype || typeof joinAndSync !== 'function' || typeof leave !== 'function') {
    throw new Error(`${PATH} is not what it was`);
  }
  const notLeft = new WeakMap<object, string>();
  prototype['joinAndSync'] = async function (this: ConsumerGroup): Promise<void> {
    if (this.generationId === null) this.memberId ??= notLeft.get(this.cluster) ?? null;
    try {
      await joinAndSync.call(this);
    } finally {
      // The coordinator counts in whoever has joined, also when what follows fails.
      if (this.memberId === null) notLeft.delete(this.cluster);
      else notLeft.set(this.cluster, this.memberId);
    }
  };
  prototype['leave'] = async function (this: ConsumerGroup): Promise<void> {
    await leave.call(this);
    notLeft.delete(this.cluster);
  };
}
