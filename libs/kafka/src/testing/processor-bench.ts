import { from } from 'rxjs';
import { TopicLimits } from '../delivery/topic-limits.js';
import type { GroupConsumer } from '../driver/group-consumer.js';
import { TransportEvents } from '../events.js';
import { processed, type Deliverable } from '../outcome.js';
import type { InputRecord, OutgoingRecord } from '../record.js';
import type { BatchContext } from '../server/batch-context.js';
import { BatchProcessor } from '../server/batch-processor.js';
import { Assignment } from '../server/partition-state.js';
import { PauseRegistry } from '../server/pause-registry.js';
import type { Handler } from '../server/routes.js';
import type { FakeBatch } from './batches.js';

/** The one partition that is assigned. */
export const WHERE = { topic: 'in', partition: 0 };

export type Handle = (
  records: readonly InputRecord[],
  context: BatchContext,
) => Promise<readonly Deliverable[]>;

export const processAll: Handle = (records) =>
  Promise.resolve(records.map(({ offset }) => processed(Buffer.from(offset))));

/** A processor among fakes: what the consumer is told, what is delivered, which events are emitted. */
export class Bench {
  readonly assignment = new Assignment();
  readonly pauses = new PauseRegistry();
  readonly limits = new TopicLimits();
  readonly told: string[] = [];
  readonly events: [string, unknown][] = [];
  readonly delivered: (readonly OutgoingRecord[])[] = [];
  /** The topic is a retry topic. */
  isRetry = false;
  opened = 0;
  handled = 0;
  handle: Handle = processAll;
  start: bigint | undefined;
  open: () => Promise<bigint | undefined> = () => Promise.resolve(this.start);
  deliver: () => Promise<void> = () => Promise.resolve();
  readonly processor: BatchProcessor;

  constructor() {
    const events = new TransportEvents();
    for (const name of ['committed', 'batch-failed', 'undeliverable', 'fatal'] as const) {
      events.on(name, (event: unknown) => this.events.push([name, event]));
    }
    this.assignment.replace([WHERE]);
    this.processor = new BatchProcessor(
      {
        groupId: 'g',
        concurrency: 4,
        heartbeatIntervalMs: 1_000,
        batchBudgetMs: 1_000,
        eventTimeoutMs: 30_000,
      },
      this.assignment,
      this.pauses,
      {
        open: () => (this.opened++, this.open()),
        isOpen: () => true,
        deliver: (_, records) => (this.delivered.push(records), this.deliver()),
        pace: () => Promise.resolve(),
        assigned: () => undefined,
        close: () => Promise.resolve(),
      },
      this.limits,
      events,
      (call) => from(call as Promise<readonly Deliverable[]>),
    );
  }

  process(batch: FakeBatch): Promise<void> {
    const handler = (records: readonly InputRecord[], context: BatchContext) => {
      this.handled++;
      return this.handle(records, context);
    };
    const consumer = {
      suspend: () => this.told.push('suspend'),
      seek: (_: unknown, offset: bigint) => this.told.push(`seek ${offset.toString()}`),
    };
    const route = {
      input: 'in',
      output: 'out',
      deadLetter: 'dlq',
      handler: handler as unknown as Handler,
      isRetry: this.isRetry,
      nextRetry: undefined,
    };
    return this.processor.process(batch, route, consumer as unknown as GroupConsumer);
  }
}
