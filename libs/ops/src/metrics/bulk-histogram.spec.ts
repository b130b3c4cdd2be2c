import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Histogram, Registry, type Metric } from 'prom-client';
import { BulkHistogram } from './bulk-histogram.js';

const options = { name: 'waits_seconds', help: 'Waits.', buckets: [0.1, 1, 10] };

async function scrape(metric: unknown): Promise<string> {
  const registry = new Registry();
  registry.registerMetric(metric as Metric);
  return registry.metrics();
}

describe('a histogram that takes many values at once', () => {
  it('is scraped as the one of prom-client that took the same values', async () => {
    const value = fc.oneof(
      fc.constantFrom(0, 0.1, 1, 10),
      fc.double({ min: 0, max: 20, noNaN: true }),
      fc.double({ min: 0, max: 1e9, noNaN: true }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(value)), async (batches) => {
        const ours = new BulkHistogram(options);
        const theirs = new Histogram({ ...options, registers: [] });
        theirs.zero({});
        for (const batch of batches) {
          ours.observeAll(batch);
          for (const one of batch) theirs.observe(one);
        }
        expect(await scrape(ours)).toBe(await scrape(theirs));
      }),
    );
  });

  it('takes a single one, and can be emptied', async () => {
    const histogram = new BulkHistogram(options);
    histogram.observe(0.5);
    expect(await scrape(histogram)).toContain('waits_seconds_bucket{le="1"} 1\n');
    histogram.reset();
    expect(await scrape(histogram)).toContain('waits_seconds_count 0\n');
  });
});
