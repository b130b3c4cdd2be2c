import { Module, type INestApplication, type Provider, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  AtLeastOnceDelivery,
  createKafka,
  KafkaBatchServer,
  RecordProducer,
  RETRY_OPTIONS,
  TopicLimits,
  TransportEvents,
} from '@pipeline/kafka';
import { brokers, eventually, type Topics } from './pipeline.js';

interface Further {
  /** The name of the route that the controller handles. @default device */
  readonly route?: string;
  readonly retries?: readonly { readonly topic: string; readonly delayMs: number }[];
  /** Of the controller, made from the transport and its events. */
  readonly providers?: (server: KafkaBatchServer, events: TransportEvents) => Provider[];
}

/** The transport in this process, with a controller that handles the events of one route. */
export async function startHandlers(
  topics: Topics,
  controller: Type,
  { route = 'device', retries = [], providers = () => [] }: Further = {},
): Promise<{ app: INestApplication; server: KafkaBatchServer }> {
  const kafka = createKafka({ brokers: [brokers()], clientId: 'test-handlers', socketTimeoutMs: 10_000 });
  const events = new TransportEvents();
  const limits = new TopicLimits();
  const server = new KafkaBatchServer(
    kafka,
    {
      groupId: topics.group,
      routes: { [route]: { input: topics.input, output: topics.output, deadLetter: topics.dlq, retries } },
      createTopics: [topics.input, topics.output, topics.dlq, ...retries.map(({ topic }) => topic)].map(
        (topic) => ({
          topic,
          partitions: topics.partitions,
          replication: 1,
          config: {},
        }),
      ),
      fromBeginning: true,
      resetLostPositions: false,
      lingerMs: 0,
      fetchMaxBytes: 10_485_760,
      partitionFetchBytes: 1_048_576,
      concurrentPartitions: 64,
      sessionTimeoutMs: 30_000,
      heartbeatIntervalMs: 1_000,
      concurrency: 4,
      batchBudgetMs: 1_000,
      eventTimeoutMs: 30_000,
      shutdownTimeoutMs: 10_000,
    },
    new AtLeastOnceDelivery(new RecordProducer(kafka, 10_000), limits),
    limits,
    events,
  );

  @Module({
    controllers: [controller],
    providers: [
      ...providers(server, events),
      { provide: TransportEvents, useValue: events },
      { provide: RETRY_OPTIONS, useValue: { limit: 3, initialDelayMs: 5, maxDelayMs: 20 } },
    ],
  })
  class HandlersModule {}

  const module = await Test.createTestingModule({ imports: [HandlersModule] }).compile();
  const app = module.createNestApplication();
  app.connectMicroservice({ strategy: server });
  await app.startAllMicroservices();
  await eventually('the group is joined', () => server.describe().member);
  return { app, server };
}
