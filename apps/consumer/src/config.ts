import {
  CONNECTION_CHECKS,
  CONSUMER_GROUP_CHECKS,
  CONSUMER_GROUP_SETTINGS,
  KAFKA_SETTINGS,
  RETRY_CHECKS,
  TOPIC_CHECKS,
} from '@pipeline/kafka';
import { parseAppVersion } from '@pipeline/contracts';
import { OPERATION_SETTINGS } from './operations/operation-settings.js';
import { CONTROL_SETTINGS } from './control/control-settings.js';
import { IP_PLACE } from './login/steps/enrichment.step.js';
import {
  decimal,
  defineSettings,
  integer,
  OPS_CHECKS,
  opsSettings,
  setting,
  type SettingsCheck,
  type SettingValues,
} from '@pipeline/ops';

export const CONSUMER_SETTINGS = defineSettings({
  ...opsSettings({ httpPort: 8080 }),
  ...KAFKA_SETTINGS,
  ...CONSUMER_GROUP_SETTINGS,
  ...CONTROL_SETTINGS,
  enrichmentUrl: setting<string, undefined>('ENRICHMENT_URL', {
    default: undefined,
    whenUnset: 'off',
    secret: true,
    accepts: 'an http or https URL with {ip} behind its host, such as http://host/path?ip={ip}',
    parse: enrichmentUrl,
    help: 'Where each event is looked up by its IP address, by GET; the JSON object of the answer is added as `enrichment`.',
  }),
  enrichmentTimeout: integer('ENRICHMENT_TIMEOUT', {
    default: 2_000,
    min: 1,
    max: 2 ** 31 - 1,
    unit: 'ms',
    help: 'For one look-up, connecting included.',
  }),
  enrichmentMaxBytes: integer('ENRICHMENT_MAX_BYTES', {
    default: 65_536,
    min: 2,
    max: 2 ** 24,
    help: 'Bytes of an answer; a longer one counts as a failure.',
  }),
  ...OPERATION_SETTINGS,
  dlqIndexMax: integer('DLQ_INDEX_MAX', {
    default: 1_000_000,
    min: 1_000,
    max: 10_000_000,
    help: 'Dead letters that /admin/dead-letters knows, the newest ones; each takes about 50 bytes of memory, once somebody has asked for them.',
  }),
  dlqIndexShare: decimal('DLQ_INDEX_CPU', {
    default: 0.15,
    min: 0.01,
    max: 1,
    help: 'Share of one core that reading the dead letters may take while their index is built.',
  }),
  minAppVersion: setting<string>('MIN_APP_VERSION', {
    default: '2.0.0',
    accepts: 'a version such as 2.0.0',
    parse: (given) => (parseAppVersion(given) ? given : undefined),
    help: 'Events of older apps are dead-lettered.',
  }),
});

const ENRICHMENT_WARNINGS: readonly SettingsCheck<ConsumerConfig>[] = [
  {
    about: ['enrichmentUrl', 'enrichmentTimeout', 'eventTimeout'],
    isWarning: true,
    problem: ({ enrichmentUrl, enrichmentTimeout, eventTimeout }) =>
      enrichmentUrl !== undefined && enrichmentTimeout >= eventTimeout
        ? 'ENRICHMENT_TIMEOUT is not below EVENT_TIMEOUT: a look-up that stalls sends its event to the dead letters rather than to a retry'
        : undefined,
  },
  {
    about: [
      'enrichmentUrl',
      'enrichmentTimeout',
      'batchBudget',
      'retryLimit',
      'retryMaxDelay',
      'stallTimeout',
    ],
    isWarning: true,
    problem: ({ enrichmentUrl, ...times }) =>
      enrichmentUrl !== undefined && longestBatchMs(times) >= times.stallTimeout
        ? 'BATCH_BUDGET and KAFKA_RETRY_LIMIT calls of ENRICHMENT_TIMEOUT with their waits take longer than STALL_TIMEOUT: while look-ups stall, partitions count as stuck'
        : undefined,
  },
];

export const CONSUMER_CHECKS = [
  ...OPS_CHECKS,
  ...CONNECTION_CHECKS,
  ...CONSUMER_GROUP_CHECKS,
  ...TOPIC_CHECKS,
  ...RETRY_CHECKS,
  ...ENRICHMENT_WARNINGS,
];

/** Milliseconds that a batch is in hand for when every look-up of it ends by its timeout. */
function longestBatchMs(times: Omit<ConsumerConfig, 'enrichmentUrl'>): number {
  const { batchBudget, enrichmentTimeout, retryLimit, retryInitialDelay, retryMaxDelay } = times;
  let waits = 0;
  for (let retry = 0; retry < retryLimit - 1; retry++) {
    waits += Math.min(retryInitialDelay * 2 ** retry, retryMaxDelay);
  }
  return batchBudget + retryLimit * enrichmentTimeout + waits;
}

/** The placeholder must be where the URL parser changes nothing of it, and never choose the host. */
function enrichmentUrl(given: string): string | undefined {
  const [before, ...others] = given.split(IP_PLACE);
  const example = given.replaceAll(IP_PLACE, '192.0.2.1');
  if (others.length === 0 || !before || !URL.canParse(example)) return undefined;
  const { protocol, username, password, host, hash } = new URL(example);
  const isComplete =
    before.toLowerCase().startsWith(`${protocol}//`) && before.slice(protocol.length + 2).includes('/');
  const isPlain = username === '' && password === '' && hash === '';
  return ['http:', 'https:'].includes(protocol) && host !== '' && isComplete && isPlain ? given : undefined;
}

export type ConsumerConfig = SettingValues<typeof CONSUMER_SETTINGS>;

/** What a connection to Kafka needs to know. */
export type KafkaConfig = SettingValues<typeof KAFKA_SETTINGS> & Pick<ConsumerConfig, 'projectName'>;
