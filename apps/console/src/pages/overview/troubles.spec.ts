import { describe, expect, it } from '@jest/globals';
import type { Partition, Pause, Status } from '../../api/types.js';
import { stateOf, troublesOf } from './troubles.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const HEALTHY: Status = {
  pauses: [],
  circuits: [{ name: 'enrichment', state: 'closed', since: '2026-01-01T00:00:00Z' }],
  flood: false,
  transport: { member: true, brokerAnswers: true, refused: [], pausedBy: [], partitions: [] },
};
const PARTITION: Partition = {
  topic: 'in',
  partition: 3,
  position: '7',
  lagMessages: 1,
  lagSeconds: 1,
  stalledSeconds: 0,
  pausedBy: [],
};
const PAUSE: Pause = {
  scope: 'group',
  reason: 'deploy',
  actor: 'anna',
  verified: true,
  since: '2025-12-31T23:50:00Z',
  until: '2026-01-01T00:05:00Z',
  partitions: null,
};

const withTransport = (changes: Partial<Status['transport']>): Status => ({
  ...HEALTHY,
  transport: { ...HEALTHY.transport, ...changes },
});
const textsOf = (status: Status) => troublesOf(status, NOW).map(({ title, detail }) => `${title}: ${detail}`);

describe('what is wrong', () => {
  it('is nothing when all is well, also for an instance that tells less', () => {
    expect(troublesOf(HEALTHY, NOW)).toEqual([]);
    const { circuits, flood, transport } = HEALTHY;
    const older: Status = { circuits, flood, transport };
    expect(troublesOf(older, NOW)).toEqual([]);
    expect(stateOf(older)).toBe('Running');
  });

  it('is a pause, with its reason and end', () => {
    expect(textsOf({ ...HEALTHY, pauses: [PAUSE] })).toEqual(['Paused: the group: deploy; ends in 5m.']);
    const part: Pause = { ...PAUSE, until: null, reason: null, partitions: [0, 1] };
    expect(textsOf({ ...HEALTHY, pauses: [part] })).toEqual([
      'Paused: partitions 0-1: no reason given; until somebody resumes.',
    ]);
  });

  it('is an open circuit, a flood, a stall, an undeliverable partition, an unreadable control topic', () => {
    const since = '2025-12-31T23:59:00Z';
    const circuits = [{ name: 'enrichment', state: 'open', since }] as const;
    expect(textsOf({ ...HEALTHY, circuits })).toEqual([
      'Circuit open: enrichment: Events wait in Kafka; open for 1m.',
    ]);
    expect(textsOf({ ...HEALTHY, flood: true })[0]).toMatch(/^Flood/);
    expect(textsOf(withTransport({ partitions: [{ ...PARTITION, stalledSeconds: 90 }] }))).toEqual([
      'Stalled: in, partition 3: no progress for 1m 30s.',
    ]);
    expect(textsOf(withTransport({ partitions: [{ ...PARTITION, pausedBy: ['undeliverable'] }] }))).toEqual([
      'Takes nothing: undeliverable: in, partition 3.',
    ]);
    expect(textsOf({ ...HEALTHY, control: { readable: false, since } })[0]).toMatch(
      /^Control topic unreadable/,
    );
  });

  it('is what comes first: without Kafka nobody is a member', () => {
    expect(textsOf(withTransport({ brokerAnswers: false, member: false }))[0]).toMatch(
      /^Kafka does not answer/,
    );
    expect(textsOf(withTransport({ member: false }))[0]).toMatch(/^Not a member/);
    expect(textsOf(withTransport({ refused: ['no Read on topic in'] }))).toEqual([
      'Refused by Kafka: no Read on topic in',
    ]);
  });
});

describe('the state', () => {
  it.each([
    ['Running', HEALTHY],
    ['Paused', { ...HEALTHY, pauses: [PAUSE] }],
    ['Paused', withTransport({ pausedBy: ['operator'] })],
    ['Partly paused', { ...HEALTHY, pauses: [{ ...PAUSE, partitions: [1] }] }],
    ['Waiting', withTransport({ pausedBy: ['circuit'] })],
    ['Out of the group', withTransport({ member: false })],
  ])('is %s', (state, status) => expect(stateOf(status)).toBe(state));
});
