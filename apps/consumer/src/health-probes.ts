import type { KafkaBatchServer } from '@pipeline/kafka';
import type { HealthProbes } from '@pipeline/ops';

/**
 * Ready: a member of the group whose broker answers, also while an operator has paused it. Live does not fail
 * because a broker is away: a restart would not bring it back.
 */
export function healthProbes(server: KafkaBatchServer): HealthProbes {
  const kafka = {
    name: 'kafka',
    check: () => {
      const { member, brokerAnswers, pausedBy, partitions } = server.describe();
      const blocked = partitions.filter((partition) => partition.pausedBy.includes('undeliverable')).length;
      return {
        up: member && brokerAnswers,
        details: { member, brokerAnswers, pausedBy, partitions: partitions.length, undeliverable: blocked },
      };
    },
  };
  const process = { name: 'process', check: () => ({ up: true }) };
  return { live: [process], ready: [kafka], startup: [process] };
}
