import { describe, expect, it } from '@jest/globals';
import type { TransportStatus } from '@pipeline/kafka';
import { healthProbes } from './health-probes.js';

const partition: TransportStatus['partitions'][number] = {
  topic: 't',
  partition: 3,
  position: '17',
  lagMessages: 5,
  lagSeconds: 1,
  stalledSeconds: 0,
  pausedBy: [],
};

function setUp(status: Partial<TransportStatus>) {
  const described = {
    member: true,
    brokerAnswers: true,
    refused: [],
    pausedBy: [],
    partitions: [partition],
    ...status,
  };
  const probes = healthProbes({ describe: () => described }, 60_000);
  const all = (list: typeof probes.live) => list.map((probe) => ({ name: probe.name, ...probe.check() }));
  return { live: all(probes.live), ready: all(probes.ready) };
}

const isUp = (results: readonly { up: boolean }[]) => results.every(({ up }) => up);

describe('ready', () => {
  it.each<[string, Partial<TransportStatus>, boolean]>([
    ['a member whose broker answers', {}, true],
    ['a standby without partitions', { partitions: [] }, true],
    ['a member that an operator has paused', { pausedBy: ['operator'] }, true],
    ['no member', { member: false }, false],
    ['a member without a broker', { brokerAnswers: false }, false],
    ['a member that lacks a permission', { refused: ['authorization failed'] }, false],
  ])('%s: %j is %s', (_, status, up) => {
    expect(isUp(setUp(status).ready)).toBe(up);
  });

  it('names the partitions that wait for a decision', () => {
    const waiting = { ...partition, pausedBy: ['offset-out-of-range'] as const };
    const [kafka] = setUp({ partitions: [partition, waiting] }).ready;
    expect(kafka).toMatchObject({
      up: true,
      details: { partitions: 2, blocked: [{ topic: 't', partition: 3, pausedBy: ['offset-out-of-range'] }] },
    });
  });

  it('is not ready before the control topic is read, and stays ready when it is lost later', () => {
    const described = { member: true, brokerAnswers: true, refused: [], pausedBy: [], partitions: [] };
    const status = {
      topic: 'control',
      readable: false,
      since: '2026-01-01T00:00:00.000Z',
      problem: 'it is away',
    };
    const controlOf = (isKnown: boolean) =>
      healthProbes({ describe: () => described }, 60_000, undefined, { isKnown, describe: () => status })
        .ready.find(({ name }) => name === 'control')
        ?.check();
    expect(controlOf(false)).toEqual({ up: false, details: status });
    expect(controlOf(true)).toEqual({ up: true, details: status });
  });
});

describe('live', () => {
  it('does not fail with the broker', () => {
    expect(isUp(setUp({ member: false, brokerAnswers: false }).live)).toBe(true);
  });

  it('fails when a partition has been stuck for longer than allowed, and names where', () => {
    expect(isUp(setUp({ partitions: [{ ...partition, stalledSeconds: 60 }] }).live)).toBe(true);
    const { live } = setUp({ partitions: [partition, { ...partition, stalledSeconds: 61 }] });
    expect(isUp(live)).toBe(false);
    expect(live.find(({ up }) => !up)).toMatchObject({
      name: 'progress',
      details: { stalled: [{ topic: 't', partition: 3, offset: '17', stalledSeconds: 61 }] },
    });
  });
});
