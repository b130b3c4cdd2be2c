import type { createRequire } from 'node:module';
import type { GroupMembership } from './codec/group-requests.js';

const EVENTS = 'kafkajs/src/consumer/instrumentationEvents.js';
const GROUP = 'kafkajs/src/consumer/consumerGroup.js';

/** A consumer event that kafkajs does not have by itself, after each join; its payload is a `GroupMembership`. */
export const GROUP_GENERATION = 'consumer.group_generation';

type Gate = () => Promise<void>;
const gates = new WeakMap<GroupMembership, Gate>();

/** Lets every fetch of this member wait for the gate first. */
export const gateFetches = (member: GroupMembership, gate: Gate): void => void gates.set(member, gate);

/** The part of kafkajs' member of a consumer group that matters here. */
interface ConsumerGroup {
  /** Made with the assignment, of the generation that it is for; the group's own may be of a later join already. */
  readonly offsetManager: GroupMembership;
  readonly instrumentationEmitter: { emit(event: string, payload: GroupMembership): void };
}

/**
 * Tells after each join of which generation the member is, and lets its fetches wait. Has to come before kafkajs is
 * loaded, which reads its list of events once.
 * @throws Error when the installed kafkajs has another shape
 */
export function installGroupGeneration(require: ReturnType<typeof createRequire>): void {
  const { events } = require(EVENTS) as { events?: Record<string, string> };
  const { prototype } = require(GROUP) as { prototype?: Record<string, unknown> };
  const { joinAndSync: join, fetch } = prototype ?? {};
  if (!events || !prototype || typeof join !== 'function' || typeof fetch !== 'function') {
    throw new Error(`${EVENTS} or ${GROUP} is not what it was`);
  }
  const members = new WeakMap<ConsumerGroup, GroupMembership>();
  events['GROUP_GENERATION'] = GROUP_GENERATION;
  prototype['joinAndSync'] = async function (this: ConsumerGroup) {
    await (join as () => Promise<void>).call(this);
    const { memberId, generationId } = this.offsetManager;
    const member = { memberId, generationId };
    members.set(this, member);
    this.instrumentationEmitter.emit(GROUP_GENERATION, member);
  };
  prototype['fetch'] = async function (this: ConsumerGroup, nodeId: number) {
    const member = members.get(this);
    if (member) await gates.get(member)?.();
    return (fetch as (nodeId: number) => Promise<unknown>).call(this, nodeId);
  };
}
