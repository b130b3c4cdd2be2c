import { Module, type INestApplication, type Type } from '@nestjs/common';
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

/** The transport in this process, with a controller that handles the events of the route `device`. */
export async function startHandlers(
  topics: Topics,
  controller: Type,
): Promise<{ app: INestApplication; server: KafkaBatchServer }> {
  const kafka = createKafka({ brokers: [brokers()], clientId: 'test-handlers', socketTimeoutMs: 10_000 });
  const events = new TransportEvents();
  const limits = new TopicLimits();
  const server = new KafkaBatchServer(
    kafka,
    {
      groupId: topics.group,
      routes: { device: { input: topics.input, output: topics.output, deadLetter: topics.dlq } },
      createTopics: [topics.input, topics.output, topics.dlq].map((topic) => ({
        topic,
        partitions: topics.partitions,
        replication: 1,
        config: {},
      })),
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
      shutdownTimeoutMs: 10_000,
    },
    new AtLeastOnceDelivery(new RecordProducer(kafka, 10_000), limits),
    limits,
    events,
  );

  @Module({
    controllers: [controller],
    providers: [
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
