import { Logger } from '@nestjs/common';
import { deleteBefore, describeError, offsetsAt, type Kafka } from '@pipeline/kafka';
import type { Order } from './operation.js';
import type { OperationsLog } from './operations-log.js';
import type { OperationsState } from './operations-state.js';

export interface PurgeParts {
  readonly kafka: Kafka;
  readonly log: Pick<OperationsLog, 'write'>;
  readonly state: Pick<OperationsState, 'apply'>;
  readonly dlq: string;
  /** This instance. */
  readonly runner: string;
}

/**
 * Deletes what was confirmed and tells how that ended. To be done again, by whoever, changes nothing: the offsets
 * stand in the order. They mean nothing in a topic that was made anew since, where `before` does.
 * @throws the driver's error; then it has not ended, and is to be done again
 */
export async function purge(order: Order, { kafka, log, state, dlq, runner }: PurgeParts): Promise<void> {
  const { id, total, ends, before } = order;
  const limits = await offsetsAt(kafka, dlq, before === null ? 0 : Date.parse(before));
  const isOther = ends.some(({ partition, offset }) => offset > (limits.get(partition) ?? 0));
  const offsets = new Map(ends.map(({ partition, offset }) => [partition, offset]));
  if (!isOther) await deleteBefore(kafka, dlq, offsets);
  const progress = {
    ...{ id, runner, at: Date.now(), replayed: isOther ? 0 : total, parked: 0, refused: 0, cursor: null },
    ended: isOther ? 'failed' : 'done',
    problem: isOther ? `${dlq} has other letters at the offsets that were confirmed` : null,
  } as const;
  // Deleted is deleted, whether or not others get to know of it.
  state.apply({ is: 'progress', progress }, true);
  await log.write([{ is: 'progress', progress }]).catch((error: unknown) => {
    new Logger('Operations').warn(
      `how the purge ${id} has ended is not written down: ${describeError(error)}`,
    );
  });
}
