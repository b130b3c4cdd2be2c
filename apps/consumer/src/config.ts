import {
  CONNECTION_CHECKS,
  CONSUMER_GROUP_CHECKS,
  CONSUMER_GROUP_SETTINGS,
  KAFKA_SETTINGS,
  TOPIC_CHECKS,
} from '@pipeline/kafka';
import { parseAppVersion } from '@pipeline/contracts';
import { defineSettings, opsSettings, setting, type SettingValues } from '@pipeline/ops';

export const CONSUMER_SETTINGS = defineSettings({
  ...opsSettings({ httpPort: 8080 }),
  ...KAFKA_SETTINGS,
  ...CONSUMER_GROUP_SETTINGS,
  minAppVersion: setting<string>('MIN_APP_VERSION', {
    default: '2.0.0',
    accepts: 'a version such as 2.0.0',
    parse: (given) => (parseAppVersion(given) ? given : undefined),
    help: 'Events of older apps are dead-lettered.',
  }),
});

export const CONSUMER_CHECKS = [...CONNECTION_CHECKS, ...CONSUMER_GROUP_CHECKS, ...TOPIC_CHECKS];

export type ConsumerConfig = SettingValues<typeof CONSUMER_SETTINGS>;
