import type { createRequire } from 'node:module';

const PATH = 'kafkajs/src/consumer/consumerGroup.js';
const ERRORS = 'kafkajs/src/protocol/error.js';
const REBALANCE_IN_PROGRESS = 27;

/** The part of kafkajs' member of a consumer group that matters here. */
interface ConsumerGroup {
  /** The same for every membership of one consumer. */
  readonly cluster: object;
  /** Null before the first join. */
  readonly generationId: number | null;
  memberId: string | null;
}

type Method = (this: ConsumerGroup) => Promise<void>;
type Heartbeat = (this: ConsumerGroup, options: object) => Promise<void>;

interface Methods {
  joinAndSync: Method;
  leave: Method;
  heartbeat: Heartbeat;
}

/**
 * When its coordinator is gone kafkajs gives up its membership, without being able to say so, and begins
 * another one: the group would wait for the former until its session has timed out. Here a new membership
 * takes up the id of a former one that was not left.
 * When the group does not know a member any more, and a broker fails while it joins anew, kafkajs fetches on as
 * nobody, without a heartbeat, for ever, and shuts out whoever has its partitions. Here nobody's heartbeat fails, so
 * that the group is joined.
 * @throws Error when the installed kafkajs has another shape
 */
export function installMemberId(require: ReturnType<typeof createRequire>): void {
  const { prototype } = require(PATH) as { prototype?: Partial<Methods> };
  const { joinAndSync, leave, heartbeat } = prototype ?? {};
  const { createErrorFromCode } = require(ERRORS) as { createErrorFromCode?: (code: number) => Error };
  if (
    !prototype ||
    typeof joinAndSync !== 'function' ||
    typeof leave !== 'function' ||
    typeof heartbeat !== 'function' ||
    typeof createErrorFromCode !== 'function'
  ) {
    throw new Error(`${PATH} is not what it was`);
  }
  const notLeft = new WeakMap<object, string>();
  prototype.joinAndSync = async function () {
    if (this.generationId === null) this.memberId ??= notLeft.get(this.cluster) ?? null;
    try {
      await joinAndSync.call(this);
    } finally {
      // The coordinator counts in whoever has joined, also when what follows fails.
      if (this.memberId === null) notLeft.delete(this.cluster);
      else notLeft.set(this.cluster, this.memberId);
    }
  };
  prototype.leave = async function () {
    await leave.call(this);
    notLeft.delete(this.cluster);
  };
  prototype.heartbeat = async function (options) {
    if (this.memberId === null) throw createErrorFromCode(REBALANCE_IN_PROGRESS);
    await heartbeat.call(this, options);
  };
}
