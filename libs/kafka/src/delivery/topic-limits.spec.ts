import { describe, expect, it } from '@jest/globals';
import { TopicLimits } from './topic-limits.js';

const sizes = (of: Record<string, [bytes: number, records: number]>) =>
  new Map(Object.entries(of).map(([topic, [bytes, records]]) => [topic, { bytes, records }]));

describe('the limits of topics', () => {
  it("are Kafka's default where nothing is known", () => {
    expect(new TopicLimits().get('t')).toBe(1_048_588);
    expect(new TopicLimits().perRequest('t')).toBe(1_048_588);
  });

  it('are what the broker told', () => {
    const limits = new TopicLimits();
    limits.set('t', 5_000_000);
    expect(limits.get('t')).toBe(5_000_000);
    expect(limits.perRequest('t')).toBe(5_000_000);
    expect(limits.get('other')).toBe(1_048_588);
  });

  it('fall below a record that was refused alone', () => {
    const limits = new TopicLimits();
    limits.refused(sizes({ t: [700, 1] }));
    expect(limits.get('t')).toBe(699);
    expect(limits.perRequest('t')).toBe(699);
  });

  it('are what the broker tells later, whatever was learnt before', () => {
    const limits = new TopicLimits();
    limits.refused(sizes({ t: [700, 1] }));
    limits.refused(sizes({ u: [700, 2] }));
    limits.replace(new Map([['t', 2_000]]));
    expect(limits.get('t')).toBe(2_000);
    expect(limits.perRequest('u')).toBe(1_048_588);
    expect(limits.oneTopicPerRequest).toBe(false);
  });

  it('halve what goes together when several were refused, and leave a record alone its limit', () => {
    const limits = new TopicLimits();
    limits.refused(sizes({ t: [701, 2] }));
    expect(limits.perRequest('t')).toBe(351);
    expect(limits.get('t')).toBe(1_048_588);
  });

  it('never rise by a refusal', () => {
    const limits = new TopicLimits();
    limits.refused(sizes({ t: [100, 1] }));
    limits.refused(sizes({ t: [5_000, 1] }));
    limits.refused(sizes({ t: [5_000, 3] }));
    expect(limits.get('t')).toBe(99);
    expect(limits.perRequest('t')).toBe(99);
  });

  it('stay when a refusal does not tell which topic it is about; from then on requests hold one', () => {
    const limits = new TopicLimits();
    expect(limits.oneTopicPerRequest).toBe(false);
    limits.refused(sizes({ a: [100, 1], b: [100, 1] }));
    expect(limits.get('a')).toBe(1_048_588);
    expect(limits.oneTopicPerRequest).toBe(true);
  });
});
