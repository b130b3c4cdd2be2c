import { CONNECTION_CHECKS, KAFKA_SETTINGS, TOPIC_CHECKS } from '@pipeline/kafka';
import { defineSettings, integer, OPS_CHECKS, opsSettings, ratio, type SettingValues } from '@pipeline/ops';

export const PRODUCER_SETTINGS = defineSettings({
  ...opsSettings({ httpPort: 8081 }),
  ...KAFKA_SETTINGS,
  rate: integer('PRODUCER_RATE', {
    default: 10,
    min: 1,
    max: 1_000_000,
    unit: 'events/s',
    help: 'Events generated per second.',
  }),
  count: integer('PRODUCER_COUNT', {
    default: 0,
    min: 0,
    help: 'Events to generate in all; 0 is without end.',
  }),
  invalidRatio: ratio('PRODUCER_INVALID_RATIO', {
    default: 0.05,
    help: 'Share of invalid events, of every kind.',
  }),
  seed: integer('PRODUCER_SEED', {
    default: undefined,
    min: 0,
    max: 2 ** 32 - 1,
    whenUnset: 'random',
    help: 'With the same seed the same events are generated, timestamps aside.',
  }),
  burstSize: integer('PRODUCER_BURST_SIZE', {
    default: 0,
    min: 0,
    max: 1_000_000,
    help: 'Extra events sent at once at every burst; 0 is without bursts.',
  }),
  burstInterval: integer('PRODUCER_BURST_INTERVAL', {
    default: 60_000,
    min: 100,
    max: 86_400_000,
    unit: 'ms',
    help: 'Time between bursts.',
  }),
});

export const PRODUCER_CHECKS = [...OPS_CHECKS, ...CONNECTION_CHECKS, ...TOPIC_CHECKS];

export type ProducerConfig = SettingValues<typeof PRODUCER_SETTINGS>;
