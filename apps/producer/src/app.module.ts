import { randomInt } from 'node:crypto';
import { Module, type DynamicModule } from '@nestjs/common';
import { RecordProducer } from '@pipeline/kafka';
import {
  adminAccess,
  AuthModule,
  HealthModule,
  Metrics,
  MetricsModule,
  type HealthProbes,
} from '@pipeline/ops';
import { ProducerAdminController } from './admin/admin.controller.js';
import type { ProducerConfig } from './config.js';
import { EventStream } from './generator/event-stream.js';
import { LoginGenerator } from './generator/login-generator.js';
import { ProducerKafka } from './producer-kafka.js';

/** The wiring diagram of the producer. */
@Module({})
export class AppModule {
  static forConfig(config: ProducerConfig): DynamicModule {
    const connection = new ProducerKafka(config);
    const seed = config.seed ?? randomInt(2 ** 32);
    return {
      module: AppModule,
      imports: [
        MetricsModule.forApp('producer'),
        HealthModule.register({ useFactory: () => healthProbes(connection) }),
        AuthModule.register(adminAccess(config)),
      ],
      controllers: [ProducerAdminController],
      providers: [
        { provide: ProducerKafka, useValue: connection },
        {
          provide: EventStream,
          inject: [Metrics],
          useFactory: (metrics: Metrics) =>
            new EventStream(
              new LoginGenerator(seed, config.invalidRatio),
              new RecordProducer(connection.kafka, config.socketTimeout, config.compression),
              metrics,
              { ...config, topic: config.inputTopic },
              (error) => connection.note(error),
            ),
        },
      ],
    };
  }
}

function healthProbes(connection: ProducerKafka): HealthProbes {
  const kafka = {
    name: 'kafka',
    check: () => {
      const refused = connection.refused();
      return { up: connection.probe.isAnswering && refused.length === 0, details: { refused } };
    },
  };
  const process = { name: 'process', check: () => ({ up: true }) };
  return { live: [process], ready: [kafka], startup: [process] };
}
