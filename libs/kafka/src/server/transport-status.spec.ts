import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Assignment, type PartitionState } from './partition-state.js';
import { PauseRegistry } from './pause-registry.js';
import { StallWatch } from './stall-watch.js';
import { describeTransport } from './transport-status.js';

const A = { topic: 'a', partition: 0 };
const NOW = 1_700_000_000_000;
const group = { member: true, brokerAnswers: false, refused: [] };

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
});
afterEach(() => {
  jest.useRealTimers();
});

function describePartition(known: Partial<PartitionState>, pauses = new PauseRegistry()) {
  const assignment = new Assignment();
  assignment.replace([A]);
  Object.assign(assignment.get(A) ?? {}, known);
  return describeTransport(assignment, pauses, new StallWatch(assignment, pauses), group).partitions[0];
}

describe('the status of a partition', () => {
  it('tells the lag in messages, and in seconds since the next record', () => {
    const state = { position: 90n, highWatermark: 100n, nextTimestamp: NOW - 2_500 };
    expect(describePartition(state)).toEqual({
      ...A,
      position: '90',
      lagMessages: 10,
      lagSeconds: 2.5,
      stalledSeconds: 0,
      pausedBy: [],
    });
  });

  it.each<[string, Partial<PartitionState>]>([
    ['nothing is known', {}],
    ['no end is known', { position: 3n, nextTimestamp: 0 }],
    ['no position is known', { highWatermark: 3n, nextTimestamp: 0 }],
    ['all is taken', { position: 3n, highWatermark: 3n, nextTimestamp: 0 }],
    ['the end is older than the position', { position: 4n, highWatermark: 3n, nextTimestamp: 0 }],
  ])('shows no lag when %s', (_, known) => {
    expect(describePartition(known)).toMatchObject({ lagMessages: 0, lagSeconds: 0 });
  });

  it('has no position before a fetch has shown it', () => {
    expect(describePartition({})?.position).toBeNull();
  });

  it('shows no negative lag when the clocks differ', () => {
    const ahead = { position: 3n, highWatermark: 4n, nextTimestamp: NOW + 5_000 };
    expect(describePartition(ahead)).toMatchObject({ lagMessages: 1, lagSeconds: 0 });
  });

  it('tells why it is paused, reasons of the whole instance included', () => {
    const pauses = new PauseRegistry();
    pauses.add('operator');
    pauses.add('backing-off', A);
    expect(describePartition({}, pauses)?.pausedBy).toEqual(['operator', 'backing-off']);
  });
});

describe('the status of the transport', () => {
  it('is what is known of the group, and why the instance is paused', () => {
    const pauses = new PauseRegistry();
    pauses.add('operator');
    pauses.add('undeliverable', A);
    const assignment = new Assignment();
    const stalls = new StallWatch(assignment, pauses);
    expect(describeTransport(assignment, pauses, stalls, group)).toEqual({
      ...group,
      pausedBy: ['operator'],
      partitions: [],
    });
  });
});
