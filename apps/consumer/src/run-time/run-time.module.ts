import { Module, type DynamicModule } from '@nestjs/common';
import type { Kafka } from '@pipeline/kafka';
import { describeSettings, LogLevel } from '@pipeline/ops';
import { CONSUMER_SETTINGS, type ConsumerConfig } from '../config.js';
import { KAFKA } from '../kafka-connection.js';
import { History } from './history.js';
import { Instances, INSTANCES_OPTIONS, type InstancesOptions } from './instances.js';
import { EFFECTIVE_SETTINGS, RunTimeController } from './run-time.controller.js';

/** Injects the name of the environment. */
export const ENVIRONMENT = Symbol('ENVIRONMENT');

/** What can be seen, and changed for a time, while an instance runs. */
@Module({})
export class RunTimeModule {
  static forConfig(config: ConsumerConfig): DynamicModule {
    return {
      module: RunTimeModule,
      controllers: [RunTimeController],
      providers: [
        History,
        Instances,
        {
          provide: INSTANCES_OPTIONS,
          inject: [KAFKA],
          useFactory: (kafka: Kafka): InstancesOptions => ({ kafka, groupId: config.consumerGroup }),
        },
        { provide: ENVIRONMENT, useValue: config.environment },
        { provide: LogLevel, useValue: new LogLevel(config.level) },
        { provide: EFFECTIVE_SETTINGS, useValue: describeSettings(CONSUMER_SETTINGS, config) },
      ],
      exports: [History, ENVIRONMENT],
    };
  }
}
