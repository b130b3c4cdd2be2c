import { beforeEach, describe, expect, it } from '@jest/globals';
import './kafkajs.js';
import { createSendMessages } from './send-messages.js';
import { installed, stock } from './testing/stock.js';

type Parts = Parameters<typeof createSendMessages>[0];
type CreateSend = typeof createSendMessages;
interface TopicData {
  topic: string;
  partitions: { partition: number; firstSequence: number; messages: string[] }[];
}

const createRetry = installed<(options: object) => Parts['retrier']>('kafkajs/src/retry/index.js');
const stockSend = stock<CreateSend>('kafkajs/src/producer/sendMessages.js');
const tick = () => new Promise((resolve) => setImmediate(resolve));
const error = (name: string, retriable = true) =>
  Object.assign(new Error(name), { name, retriable, host: 'h', port: 1 });

/** Two brokers that know a repeated batch by its sequence number, and topics `a` and `b` with a partition each. */
class FakeCluster {
  leaders: Record<string, number> = { a: 1, b: 2 };
  log: string[] = [];
  sequences: number[] = [];
  refreshed = 0;
  /** What a broker does instead of answering. */
  beforeAnswer: (nodeId: number) => Promise<void> | void = () => undefined;
  private readonly written = new Map<string, number>();
  private readonly locks = new Map<object, Promise<void>>();
  private readonly brokers = new Map([1, 2].map((id) => [id, this.broker(id)]));

  readonly parts = () =>
    ({
      logger: { debug: () => undefined, error: () => undefined },
      cluster: {
        addMultipleTargetTopics: () => Promise.resolve(),
        refreshMetadataIfNecessary: () => Promise.resolve(),
        refreshMetadata: () => {
          this.refreshed++;
          return Promise.resolve();
        },
        findTopicPartitionMetadata: (topic: string) => [{ partitionId: 0, leader: this.leaders[topic] }],
        findLeaderForPartitions: (topic: string) => ({ [this.leaders[topic] ?? 0]: [0] }),
        findBroker: ({ nodeId }: { nodeId: number | string }) =>
          Promise.resolve(this.brokers.get(Number(nodeId))),
        brokerPool: { brokers: {} },
        removeBroker: () => undefined,
        isConnected: () => true,
        connect: () => Promise.resolve(),
      },
      partitioner: () => 0,
      eosManager: this.sequencesOfProducer(),
      retrier: createRetry({ initialRetryTime: 1, retries: 5 }),
    }) as unknown as Parts;

  private broker(nodeId: number) {
    return {
      nodeId,
      produce: async ({ topicData }: { topicData: TopicData[] }) => {
        await this.beforeAnswer(nodeId);
        for (const { topic, partitions } of topicData) {
          for (const { firstSequence, messages } of partitions) this.append(topic, firstSequence, messages);
        }
        return { topics: [] };
      },
    };
  }

  private append(topic: string, firstSequence: number, messages: string[]): void {
    this.sequences.push(firstSequence);
    if (firstSequence < (this.written.get(topic) ?? 0)) return;
    this.log.push(...messages);
    this.written.set(topic, firstSequence + messages.length);
  }

  private sequencesOfProducer() {
    const next: Record<string, number> = {};
    const releases = new Map<object, () => void>();
    return {
      isTransactional: () => false,
      getProducerId: () => 1,
      getProducerEpoch: () => 0,
      getSequence: (topic: string) => next[topic] ?? 0,
      updateSequence: (topic: string, _: number, by: number) => (next[topic] = (next[topic] ?? 0) + by),
      acquireBrokerLock: async (broker: object) => {
        while (this.locks.has(broker)) await this.locks.get(broker);
        this.locks.set(broker, new Promise((resolve) => releases.set(broker, resolve)));
      },
      releaseBrokerLock: (broker: object) => {
        this.locks.delete(broker);
        releases.get(broker)?.();
      },
    };
  }
}

describe('messages for partitions of several brokers', () => {
  let fake: FakeCluster;
  const request = {
    acks: -1,
    timeout: 1,
    compression: undefined,
    topicMessages: [
      { topic: 'a', messages: ['a1', 'a2'] as unknown as object[] },
      { topic: 'b', messages: ['b1'] as unknown as object[] },
    ],
  };
  const send = async (create: CreateSend) => {
    await create(fake.parts())(request).catch(() => undefined);
    return fake.log.sort();
  };
  /** The stock one next to ours: what each wrote. */
  const both = async (given: () => void) => {
    const written = [];
    for (const create of [stockSend, createSendMessages]) {
      fake = new FakeCluster();
      given();
      written.push(await send(create));
    }
    return { stock: written[0], ours: written[1] };
  };
  /** The broker fails once, after the other one has answered. */
  const failsOnce = (nodeId: number, then: () => void) => {
    let failed = false;
    fake.beforeAnswer = async (id) => {
      if (id !== nodeId || failed) return;
      failed = true;
      for (let turn = 0; turn < 5; turn++) await tick();
      then();
      throw error('KafkaJSConnectionClosedError');
    };
  };
  const all = ['a1', 'a2', 'b1'];

  beforeEach(() => {
    fake = new FakeCluster();
  });

  it('are written once each', async () => {
    expect(await send(createSendMessages)).toEqual(all);
  });

  it('are written when their leader moves to a broker that has acknowledged others', async () => {
    const { stock, ours } = await both(() => failsOnce(1, () => (fake.leaders['a'] = 2)));
    expect(stock).toEqual(['b1']);
    expect(ours).toEqual(all);
  });

  it('are not written again when a leader moves after it has acknowledged them', async () => {
    const { stock, ours } = await both(() => failsOnce(1, () => (fake.leaders['b'] = 1)));
    expect(stock).toEqual([...all, 'b1']);
    expect(ours).toEqual(all);
  });

  it('are not written again because their broker is slow while another one fails', async () => {
    let calls = 0;
    const { stock, ours } = await both(() => {
      calls = 0;
      fake.beforeAnswer = async (nodeId) => {
        if (nodeId === 1 && calls++ === 0) throw error('KafkaJSConnectionError');
        if (nodeId === 2) await new Promise((resolve) => setTimeout(resolve, 50));
      };
    });
    expect(stock).toEqual([...all, 'b1']);
    expect(ours).toEqual(all);
  });

  it('keep their sequence numbers when an answer was lost, so that the broker knows them', async () => {
    let calls = 0;
    const create: CreateSend = (parts) => {
      const losing = async (where: { nodeId: number }) => {
        const broker = await parts.cluster.findBroker(where);
        const produce = async (given: object) => {
          const response = await broker.produce(given);
          if (where.nodeId === 1 && calls++ === 0) throw error('KafkaJSRequestTimeoutError');
          return response;
        };
        return { produce };
      };
      return createSendMessages({ ...parts, cluster: { ...parts.cluster, findBroker: losing } });
    };
    expect(await send(create)).toEqual(all);
    expect(fake.sequences).toEqual([0, 0, 0]);
    expect(fake.refreshed).toBe(1);
  });

  it('are given up at an error that does not pass', async () => {
    let tries = 0;
    fake.beforeAnswer = (nodeId) => {
      if (nodeId === 1) {
        tries++;
        throw error('KafkaJSProtocolError', false);
      }
    };
    await expect(createSendMessages(fake.parts())(request)).rejects.toThrow('KafkaJSProtocolError');
    expect(tries).toBe(1);
  });
});
