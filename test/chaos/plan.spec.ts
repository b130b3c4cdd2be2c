import { describe, expect, it } from '@jest/globals';
import { Random } from '../../apps/producer/src/generator/random.js';
import { describeFault, KINDS, planFaults } from './lib/plan.mjs';

const options = {
  faults: 400,
  kinds: KINDS,
  instances: 3,
  brokers: 3,
  partitions: 6,
  sessionTimeoutMs: 6_000,
};
const plan = (seed: number) => planFaults(new Random(seed), options);

describe('the faults of a run', () => {
  it('are the same for the same seed, and others for another', () => {
    expect(plan(7)).toEqual(plan(7));
    expect(plan(8)).not.toEqual(plan(7));
  });

  it('are of every kind', () => {
    expect(new Set(plan(1).map(({ kind }) => kind))).toEqual(new Set(KINDS));
  });

  it('hit only instances that run then, of which there is always one and never more than five', () => {
    const running = new Set([1, 2, 3]);
    for (const { kind, instance, starts } of plan(2)) {
      if (instance !== undefined) expect(running).toContain(instance);
      if (instance !== undefined && ['kill', 'restart', 'leave'].includes(kind)) running.delete(instance);
      if (starts !== undefined) running.add(starts);
      expect(running.size).toBeGreaterThanOrEqual(1);
      expect(running.size).toBeLessThanOrEqual(5);
    }
  });

  it('freeze an instance for longer than its session lasts', () => {
    for (const { kind, ms } of plan(3)) if (kind === 'freeze') expect(ms).toBeGreaterThan(6_000);
  });

  it('are told in words', () => {
    expect(describeFault({ waitMs: 5, kind: 'kill', instance: 2, starts: 4 })).toBe(
      'kill instance 2, instance 4 starts',
    );
    expect(describeFault({ waitMs: 5, kind: 'leaderKill', partition: 0, ms: 700 })).toBe(
      'leaderKill of partition 0 for 700 ms',
    );
  });
});
