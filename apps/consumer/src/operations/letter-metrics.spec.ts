import { expect, it } from '@jest/globals';
import type { Metrics } from '@pipeline/ops';
import type { Letters } from '../dead-letters/letters.js';
import { LetterMetrics } from './letter-metrics.js';

/** A gauge as the registry treats it: its value is taken when its own `collect` has ended. */
class Gauge {
  value = 0;
  collect?: () => Promise<void>;
  set = (value: number) => void (this.value = value);
  inc = (_: object, value: number) => void (this.value += value);
  reset = () => void (this.value = 0);

  async scrape(): Promise<number> {
    await this.collect?.();
    return this.value;
  }
}

it('tells of both at the scrape that asks, with one question', async () => {
  const gauges = new Map<string, Gauge>();
  const gauge = (name: string) => {
    const made = new Gauge();
    gauges.set(name, made);
    return made;
  };
  let asked = 0;
  const ask = async () => {
    asked++;
    await new Promise((resolve) => setTimeout(resolve, 5));
    return { byReason: { MALFORMED_JSON: 3 }, oldestOpenAt: Date.now() - 60_000 };
  };
  const letters = { isStarted: true, ask } as unknown as Letters;
  new LetterMetrics({ gauge } as unknown as Metrics, letters).onModuleInit();
  const names = ['pipeline_dead_letter_oldest_seconds', 'pipeline_dead_letters'];
  const [oldest, count] = await Promise.all(names.map(async (name) => gauges.get(name)?.scrape()));
  expect(count).toBe(3);
  expect(oldest).toBeGreaterThanOrEqual(60);
  expect(asked).toBe(1);
});
