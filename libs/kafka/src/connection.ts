import type { SettingsCheck, SettingValues } from '@pipeline/ops';
import { canCompress } from './driver/codec/compression.js';
import { createKafka, type Kafka, type KafkaConnection } from './driver/kafka-client.js';
import { SECURITY_CHECKS, toSecurity } from './security-settings.js';
import type { KAFKA_SETTINGS } from './settings.js';

type KafkaValues = SettingValues<typeof KAFKA_SETTINGS>;

/** What every program that connects has to check of KAFKA_SETTINGS. */
export const CONNECTION_CHECKS: readonly SettingsCheck<KafkaValues>[] = [
  ...SECURITY_CHECKS,
  {
    about: ['compression'],
    problem: ({ compression }) =>
      canCompress(compression)
        ? undefined
        : `COMPRESSION ${compression} needs Node.js 24, and this is ${process.version}`,
  },
];

/**
 * The one place where settings become a connection: for the apps, their probes, the creation of topics, and
 * for tools and tests.
 * @param rest who connects, and where what there is to tell of it goes
 */
export const connect = (
  values: KafkaValues,
  rest: Pick<KafkaConnection, 'clientId' | 'onDriverLog' | 'onSecurityNotice'>,
): Kafka =>
  createKafka({
    ...rest,
    brokers: values.brokers,
    socketTimeoutMs: values.socketTimeout,
    fastEncoder: values.fastEncoder,
    security: toSecurity(values),
  });
