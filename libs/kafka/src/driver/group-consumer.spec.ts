import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Kafka } from 'kafkajs';
import { GroupConsumer, type FetchedBatch, type GroupListener } from './group-consumer.js';
import { installGroupGeneration } from './group-generation.js';
import { OFFSET_OUT_OF_RANGE } from './offset-out-of-range.js';

const EVENTS = {
  GROUP_JOIN: 'join',
  HEARTBEAT: 'heartbeat',
  REBALANCING: 'rebalancing',
  STOP: 'stop',
  CRASH: 'crash',
  END_BATCH_PROCESS: 'end',
};
const named = (name: string) => Object.assign(new Error('the text'), { name });

/** Stands for the consumer of kafkajs; what it was asked to do stands in `calls`. */
class FakeConsumer {
  readonly events = EVENTS;
  readonly calls: string[] = [];
  /** What the next calls end in; nothing where they succeed. */
  readonly failures: (Error | undefined)[] = [];
  inGroup = true;
  eachBatch: ((payload: object) => Promise<void>) | undefined;
  private readonly listeners = new Map<string, (event: object) => void>();

  on(event: string, listener: (event: object) => void): void {
    this.listeners.set(event, listener);
  }

  emit(event: string, payload: object = {}): void {
    this.listeners.get(event)?.({ payload });
  }

  connect = () => this.call('connect');
  subscribe = ({ topics, fromBeginning }: { topics: string[]; fromBeginning: boolean }) =>
    this.call(`subscribe ${topics.join()} ${String(fromBeginning)}`);
  run = ({ eachBatch }: { eachBatch: (payload: object) => Promise<void> }) => {
    this.eachBatch = eachBatch;
    return this.call('run');
  };
  disconnect = () => this.call('disconnect');
  pause = ([one]: { topic: string; partitions: number[] }[]) => this.act(`pause ${JSON.stringify(one)}`);
  resume = ([one]: { topic: string; partitions: number[] }[]) => this.act(`resume ${JSON.stringify(one)}`);
  seek = (to: object) => this.act(`seek ${JSON.stringify(to)}`);

  private call(name: string): Promise<void> {
    this.calls.push(name);
    const failure = this.failures.shift();
    return failure ? Promise.reject(failure) : Promise.resolve();
  }

  private act(name: string): void {
    if (!this.inGroup) throw named('KafkaJSNonRetriableError');
    this.calls.push(name);
  }
}

function setUp() {
  const fake = new FakeConsumer();
  const heard: unknown[][] = [];
  const listener: GroupListener = {
    onBatch: (batch) => Promise.resolve(void heard.push(['batch', batch])),
    onJoined: (assignment) => void heard.push(['joined', assignment]),
    beforeFetch: () => Promise.resolve(void heard.push(['before a fetch'])),
    onLeft: () => void heard.push(['left']),
    onHeartbeat: () => void heard.push(['heartbeat']),
    onSkipped: ({ topic, partition }, next) => void heard.push(['skipped', topic, partition, next]),
    onOutOfRange: ({ topic, partition }, offset) => void heard.push(['lost', topic, partition, offset]),
    onCrash: (error, restarting) => void heard.push(['crash', error.name, restarting]),
  };
  const kafka = { consumer: () => fake } as unknown as Kafka;
  const consumer = new GroupConsumer(
    kafka,
    {
      groupId: 'g',
      topics: ['t'],
      retryTopics: [],
      fromBeginning: true,
      sessionTimeoutMs: 30_000,
      heartbeatIntervalMs: 3_000,
      lingerMs: 0,
      fetchMaxBytes: 10_485_760,
      partitionFetchBytes: 1_048_576,
      concurrentPartitions: 64,
    },
    listener,
  );
  const stopping = new AbortController();
  return { fake, heard, consumer, stopping };
}

/** A member of a group, made known to the consumer by the join that kafkajs does. */
function join({ fake, heard }: Pick<ReturnType<typeof setUp>, 'fake' | 'heard'>) {
  class ConsumerGroup {
    readonly offsetManager = { memberId: 'm-1', generationId: 7 };
    readonly instrumentationEmitter = fake;
    joinAndSync(): Promise<void> {
      return Promise.resolve();
    }
    fetch(): Promise<unknown> {
      return Promise.resolve(heard.push(['fetch']));
    }
  }
  const modules = (path: string) => (path.includes('consumerGroup') ? ConsumerGroup : { events: {} });
  installGroupGeneration(modules as unknown as NodeJS.Require);
  return new ConsumerGroup();
}

const payloadOf = (asked: unknown[] = []) => ({
  batch: {
    topic: 't',
    partition: 1,
    messages: [],
    fetchedOffset: '5',
    highWatermark: '9',
    lastOffset: () => '7',
  },
  heartbeat: () => Promise.resolve(void asked.push('heartbeat')),
  commitOffsetsIfNecessary: (offsets: object) => Promise.resolve(void asked.push(offsets)),
  resolveOffset: (offset: string) => {
    asked.push(offset);
    throw new TypeError('the topic has left the assignment');
  },
});

const STARTED = ['connect', 'subscribe t true', 'run'];

describe('a group consumer', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('tries until a broker answers, and tells the cause of each failure', async () => {
    const { fake, heard, consumer, stopping } = setUp();
    const causes = ['KafkaJSConnectionError', 'KafkaJSRequestTimeoutError'];
    fake.failures.push(...causes.map(named));
    const started = consumer.start(stopping.signal);
    await jest.advanceTimersByTimeAsync(5_000);
    await started;
    expect(fake.calls).toEqual(['connect', 'connect', ...STARTED]);
    expect(heard).toEqual(causes.map((cause) => ['crash', cause, true]));
  });

  it('connects again when the topics cannot be looked up', async () => {
    const { fake, consumer, stopping } = setUp();
    fake.failures.push(undefined, named('KafkaJSConnectionError'));
    const started = consumer.start(stopping.signal);
    await jest.advanceTimersByTimeAsync(5_000);
    await started;
    expect(fake.calls).toEqual(['connect', 'subscribe t true', ...STARTED]);
  });

  it('gives up waiting for a broker when it is stopped', async () => {
    const { fake, consumer, stopping } = setUp();
    fake.failures.push(...Array.from({ length: 100 }, () => named('KafkaJSConnectionError')));
    const started = consumer.start(stopping.signal);
    await jest.advanceTimersByTimeAsync(1_000);
    stopping.abort();
    await started;
    expect(fake.calls).not.toContain('run');
  });

  it('reports its membership', async () => {
    const { fake, heard, consumer, stopping } = setUp();
    await consumer.start(stopping.signal);
    fake.emit(EVENTS.GROUP_JOIN, { memberAssignment: { t: [0, 2] } });
    fake.emit(EVENTS.HEARTBEAT);
    fake.emit(EVENTS.REBALANCING);
    fake.emit(EVENTS.STOP);
    const assignment = [0, 2].map((partition) => ({ topic: 't', partition }));
    expect(heard).toEqual([['joined', assignment], ['heartbeat'], ['left'], ['left']]);
  });

  it('begins every membership with nothing suspended, which kafkajs would keep', async () => {
    const { fake, consumer, stopping } = setUp();
    await consumer.start(stopping.signal);
    consumer.suspend({ topic: 't', partition: 2 });
    fake.emit(EVENTS.GROUP_JOIN, { memberAssignment: { t: [0, 2] } });
    expect(fake.calls.slice(STARTED.length)).toEqual([
      'pause {"topic":"t","partitions":[2]}',
      'resume {"topic":"t","partitions":[0]}',
      'resume {"topic":"t","partitions":[2]}',
    ]);
  });

  it.each([
    ['KafkaJSNumberOfRetriesExceeded', true, true, 0],
    ['KafkaJSGroupCoordinatorNotFound', false, true, 1],
    ['KafkaJSProtocolError', false, false, 0],
  ])('after the crash %s (restarted by kafkajs: %s) goes on: %s', async (name, restart, goesOn, restarts) => {
    const { fake, heard, consumer, stopping } = setUp();
    await consumer.start(stopping.signal);
    fake.emit(EVENTS.CRASH, { error: named(name), restart });
    await jest.advanceTimersByTimeAsync(60_000);
    expect(heard).toEqual([['left'], ['crash', name, goesOn]]);
    expect(fake.calls.slice(STARTED.length)).toEqual(Array.from({ length: restarts }, () => 'run'));
  });

  it('sees through the error that kafkajs wraps around another', async () => {
    const { fake, heard, consumer, stopping } = setUp();
    await consumer.start(stopping.signal);
    const cause = named('KafkaJSGroupCoordinatorNotFound');
    const error = Object.assign(named('KafkaJSNonRetriableError'), { cause });
    fake.emit(EVENTS.CRASH, { error, restart: false });
    expect(heard).toEqual([['left'], ['crash', 'KafkaJSNonRetriableError', true]]);
    await consumer.stop(1_000);
  });

  it('does not start again once it is stopped', async () => {
    const { fake, consumer, stopping } = setUp();
    await consumer.start(stopping.signal);
    fake.emit(EVENTS.CRASH, { error: named('KafkaJSGroupCoordinatorNotFound'), restart: false });
    await consumer.stop(1_000);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(fake.calls).toEqual([...STARTED, 'disconnect']);
  });

  it('waits no longer than asked for its end', async () => {
    const { fake, consumer, stopping } = setUp();
    await consumer.start(stopping.signal);
    fake.disconnect = () => new Promise(() => undefined);
    const stopped = consumer.stop(1_000);
    await jest.advanceTimersByTimeAsync(1_000);
    await expect(stopped).resolves.toBeUndefined();
  });

  it('acts on partitions only while it has a group', async () => {
    const { fake, consumer, stopping } = setUp();
    const one = { topic: 't', partition: 1 };
    const act = () => {
      consumer.suspend(one);
      consumer.resume(one);
      consumer.seek(one, 7n);
    };
    act();
    await consumer.start(stopping.signal);
    fake.inGroup = false;
    act();
    expect(fake.calls).toEqual(STARTED);
    fake.inGroup = true;
    act();
    expect(fake.calls.slice(STARTED.length)).toEqual([
      'pause {"topic":"t","partitions":[1]}',
      'resume {"topic":"t","partitions":[1]}',
      'seek {"topic":"t","partition":1,"offset":"7"}',
    ]);
  });

  it('reports what has nothing to hand out, and positions that are out of range', async () => {
    const { fake, heard, consumer, stopping } = setUp();
    await consumer.start(stopping.signal);
    const where = { topic: 't', partition: 1 };
    fake.emit(EVENTS.END_BATCH_PROCESS, { ...where, batchSize: 3, lastOffset: '6' });
    fake.emit(EVENTS.END_BATCH_PROCESS, { ...where, batchSize: 0, lastOffset: '7' });
    fake.emit(OFFSET_OUT_OF_RANGE, { ...where, offset: '8' });
    expect(heard).toEqual([
      ['skipped', 't', 1, 8n],
      ['lost', 't', 1, 8n],
    ]);
  });

  it('hands out batches with the member that has fetched them, whose fetches wait for the listener', async () => {
    const { fake, heard, consumer, stopping } = setUp();
    await consumer.start(stopping.signal);
    const group = join({ fake, heard });
    await group.joinAndSync();
    await group.fetch();
    await fake.eachBatch?.(payloadOf());
    expect(heard.map(([what]) => what)).toEqual(['before a fetch', 'fetch', 'batch']);
    const batch = heard[2]?.[1] as FetchedBatch;
    expect(batch.member).toEqual({ memberId: 'm-1', generationId: 7 });
    expect(batch.narrow([]).member).toBe(batch.member);
  });

  it('hands out batches that commit and advance past all they cover', async () => {
    const { fake, heard, consumer, stopping } = setUp();
    await consumer.start(stopping.signal);
    const asked: unknown[] = [];
    await fake.eachBatch?.(payloadOf(asked));
    const batch = heard[0]?.[1] as FetchedBatch;
    expect(batch).toMatchObject({
      topic: 't',
      partition: 1,
      fetchedOffset: 5n,
      nextOffset: 8n,
      highWatermark: 9n,
    });
    await batch.heartbeat();
    await batch.commit();
    batch.advance();
    const offsets = { topics: [{ topic: 't', partitions: [{ partition: 1, offset: '8' }] }] };
    expect(asked).toEqual(['heartbeat', offsets, '7']);
  });
});
