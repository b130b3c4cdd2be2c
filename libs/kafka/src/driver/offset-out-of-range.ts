import type { createRequire } from 'node:module';

const EVENTS_PATH = 'kafkajs/src/consumer/instrumentationEvents.js';
const GROUP_PATH = 'kafkajs/src/consumer/consumerGroup.js';

/** A consumer event that kafkajs does not have by itself; its payload is a `PositionOutOfRange`. */
export const OFFSET_OUT_OF_RANGE = 'consumer.offset_out_of_range';

/** The offset that was asked for, decimal, and is not in the partition. */
export interface PositionOutOfRange {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
}

/** The part of kafkajs' member of a consumer group that matters here. */
interface ConsumerGroup {
  readonly offsetManager: { nextOffset(topic: string, partition: number): { toString(): string } };
  readonly instrumentationEmitter: { emit(event: string, payload: PositionOutOfRange): void };
}

function recoverFromOffsetOutOfRange(
  this: ConsumerGroup,
  { topic, partition }: Omit<PositionOutOfRange, 'offset'>,
): Promise<void> {
  const offset = this.offsetManager.nextOffset(topic, partition).toString();
  this.instrumentationEmitter.emit(OFFSET_OUT_OF_RANGE, { topic, partition, offset });
  return Promise.resolve();
}

/**
 * Where a position is out of range, kafkajs commits the beginning or the end and goes on from there in silence.
 * Here it only tells, and the listener decides. Has to come before kafkajs is loaded, which reads its list of
 * events once.
 * @throws Error when the installed kafkajs has another shape
 */
export function installOffsetOutOfRange(require: ReturnType<typeof createRequire>): void {
  const { events } = require(EVENTS_PATH) as { events?: Record<string, string> };
  const { prototype } = require(GROUP_PATH) as { prototype?: Record<string, unknown> };
  if (!events || typeof prototype?.['recoverFromOffsetOutOfRange'] !== 'function') {
    throw new Error(`${EVENTS_PATH} or ${GROUP_PATH} is not what it was`);
  }
  events['OFFSET_OUT_OF_RANGE'] = OFFSET_OUT_OF_RANGE;
  prototype['recoverFromOffsetOutOfRange'] = recoverFromOffsetOutOfRange;
}
