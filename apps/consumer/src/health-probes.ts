import type { Circuits, KafkaBatchServer, PauseReason } from '@pipeline/kafka';
import type { HealthProbes } from '@pipeline/ops';
import type { ControlStatus } from './control/control-health.js';
import type { ControlLog } from './control/control-log.js';

/** Partitions that only somebody's decision sets going again. */
const BLOCKING: readonly PauseReason[] = ['undeliverable', 'offset-out-of-range'];

const NO_CONTROL = { isKnown: true, describe: () => undefined };
const NO_CIRCUITS = { describe: () => [] };

/**
 * Ready: a member of the group whose broker answers, also while an operator has paused it or without any
 * partition (a standby). Live does not fail because a broker is away, which a restart would not bring back;
 * it fails when a partition has had work for `stallTimeoutMs` and got nowhere.
 */
export function healthProbes(
  server: Pick<KafkaBatchServer, 'describe'>,
  stallTimeoutMs: number,
  circuits: Pick<Circuits, 'describe'> = NO_CIRCUITS,
  control: Pick<ControlLog, 'isKnown'> & { describe(): ControlStatus | undefined } = NO_CONTROL,
): HealthProbes {
  const kafka = {
    name: 'kafka',
    check: () => {
      const { member, brokerAnswers, refused, pausedBy, partitions } = server.describe();
      const blocked = partitions.filter((one) => one.pausedBy.some((reason) => BLOCKING.includes(reason)));
      return {
        up: member && brokerAnswers && refused.length === 0,
        details: {
          member,
          brokerAnswers,
          refused,
          pausedBy,
          partitions: partitions.length,
          blocked: blocked.map(({ topic, partition, pausedBy }) => ({ topic, partition, pausedBy })),
        },
      };
    },
  };
  const progress = {
    name: 'progress',
    check: () => {
      const { partitions } = server.describe();
      const stalled = partitions
        .filter(({ stalledSeconds }) => stalledSeconds * 1_000 > stallTimeoutMs)
        .map(({ topic, partition, position, stalledSeconds }) => ({
          topic,
          partition,
          offset: position,
          stalledSeconds,
        }));
      return { up: stalled.length === 0, details: stalled.length === 0 ? {} : { stalled } };
    },
  };
  // An open circuit is a pause: the instance does what it should.
  const outside = {
    name: 'circuits',
    check: () => ({
      up: true,
      details: Object.fromEntries(
        circuits.describe().map(({ name, state, since }) => [name, { state, since }]),
      ),
    }),
  };
  // Without it nobody knows whether the group is paused, and nothing is taken; later the last state is kept.
  const commands = {
    name: 'control',
    check: () => ({ up: control.isKnown, details: { ...control.describe() } }),
  };
  const process = { name: 'process', check: () => ({ up: true }) };
  return {
    live: [process, progress],
    ready: [kafka, outside, commands],
    startup: [process],
  };
}
