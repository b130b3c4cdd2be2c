import { describe, expect, it } from '@jest/globals';
import { TOPIC_CHECKS } from '@pipeline/kafka';
import { loadSettings } from '@pipeline/ops';
import { PRODUCER_SETTINGS } from './config.js';

const load = (environment: Record<string, string>) =>
  loadSettings(PRODUCER_SETTINGS, { environment, file: {} }, TOPIC_CHECKS);

/** What only the producer has, with a value that is refused. */
const WRONG: Record<string, string> = {
  HTTP_PORT: '-1',
  PRODUCER_RATE: '0',
  PRODUCER_COUNT: '-1',
  PRODUCER_INVALID_RATIO: '1.01',
  PRODUCER_SEED: '4294967296',
  PRODUCER_BURST_SIZE: 'many',
  PRODUCER_BURST_INTERVAL: '99',
};

describe("the producer's settings", () => {
  it('have defaults that work', () => {
    expect(load({})).toMatchObject({
      ok: true,
      values: { httpPort: 8081, rate: 10, count: 0, invalidRatio: 0.05, seed: undefined, burstSize: 0 },
    });
  });

  it('are all named at once when all are wrong, also those of every service', () => {
    const wrong = { ...WRONG, LEVEL: 'loud', BOOTSTRAP_SERVERS: ':9092' };
    const loaded = load(wrong);
    const problems = loaded.ok ? [] : loaded.problems;
    expect(problems.map((problem) => problem.split(' ')[0]).sort()).toEqual(Object.keys(wrong).sort());
  });

  it('have each a wrong value in this test', () => {
    const own = Object.values(PRODUCER_SETTINGS).map(({ name }) => name);
    expect(own.filter((name) => /^(PRODUCER_|HTTP_PORT)/.test(name)).sort()).toEqual(
      Object.keys(WRONG).sort(),
    );
  });
});
