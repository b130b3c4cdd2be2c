import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { Module, type DynamicModule } from '@nestjs/common';
import { ReplayKeys, TopicLimits, type Kafka } from '@pipeline/kafka';
import type { ConsumerConfig } from '../config.js';
import { DeadLettersController } from '../dead-letters/dead-letters.controller.js';
import { Letters } from '../dead-letters/letters.js';
import { KAFKA } from '../kafka-connection.js';
import { LetterCommandsController } from './letter-commands.controller.js';
import { LetterMetrics } from './letter-metrics.js';
import type { Order } from './operation.js';
import type { Counts } from './operation-job.js';
import { OperationRunner } from './operation-runner.js';
import { operationTopics } from './operation-settings.js';
import { Operations } from './operations.js';
import { OperationsController } from './operations.controller.js';
import { OperationsLog } from './operations-log.js';
import { OperationsState } from './operations-state.js';
import { purge } from './purge.js';

/** Dead letters, and what is done with them. Needs KAFKA, TopicLimits, ReplayKeys and the log of operations. */
@Module({})
export class OperationsModule {
  static forConfig(config: ConsumerConfig): DynamicModule {
    const { consumerGroup: group, dlqTopic: dlq, controlSecret: secret, socketTimeout } = config;
    const { operations: topic, parking, targets } = operationTopics(config);
    const rules = { targets, parking, dlq, maxReplays: config.maxReplays };
    const runner = runnerName();
    const jobOptions = {
      ...{ group, runner, rules, takeoverMs: config.takeover },
      topics: [...targets, parking, topic],
      requestTimeoutMs: socketTimeout,
    };
    const indexOptions = { max: config.dlqIndexMax, share: config.dlqIndexShare };
    return {
      module: OperationsModule,
      controllers: [DeadLettersController, LetterCommandsController, OperationsController],
      providers: [
        {
          provide: Letters,
          useFactory: () => new Letters({ config, ...indexOptions, operations: { topic, group, secret } }),
        },
        LetterMetrics,
        {
          provide: Operations,
          inject: [KAFKA, OperationsLog, OperationsState, ReplayKeys, TopicLimits, LetterMetrics, Letters],
          useFactory: (
            kafka: Kafka,
            log: OperationsLog,
            state: OperationsState,
            keys: ReplayKeys,
            limits: TopicLimits,
            metrics: LetterMetrics,
            letters: Letters,
          ) => {
            const onDone = (counts: Counts) => metrics.count(counts);
            const parts = { kafka, log, state, letters, keys, limits, onDone };
            const doPurge = (order: Order) => purge(order, { kafka, log, state, dlq, runner });
            const runs = new OperationRunner(state, jobOptions, { ...parts, purge: doPurge });
            return new Operations({ kafka, log, state, runner: runs, rules, purge: doPurge }, letters);
          },
        },
      ],
    };
  }
}

/** Several instances may run on one host. */
const runnerName = (): string =>
  `${hostname()
    .replaceAll(/[^\w.-]/g, '_')
    .slice(0, 100)}:${randomBytes(3).toString('hex')}`;
