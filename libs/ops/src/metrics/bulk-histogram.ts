/** One line of a scrape. */
interface Sample {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

interface Options {
  readonly name: string;
  readonly help: string;
  /** Upper bounds, from the lowest to the highest. */
  readonly buckets: readonly number[];
}

/**
 * A histogram without labels that takes the values of a whole batch at once, for a registry of prom-client, whose
 * own one costs a third of a microsecond for each value.
 */
export class BulkHistogram {
  readonly type = 'histogram';
  readonly aggregator = 'sum';
  readonly name: string;
  readonly help: string;
  private readonly bounds: readonly number[];
  /** Values in each bucket alone; the last are above all bounds. */
  private counts: number[] = [];
  private sum = 0;

  constructor({ name, help, buckets }: Options) {
    this.name = name;
    this.help = help;
    this.bounds = buckets;
    this.reset();
  }

  observe(value: number): void {
    this.observeAll([value]);
  }

  observeAll(values: readonly number[]): void {
    const { bounds, counts } = this;
    let bucket = 0;
    for (const value of values) {
      // Neighbours mostly fall into the same bucket.
      while (bucket > 0 && value <= (bounds[bucket - 1] as number)) bucket--;
      while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket++;
      counts[bucket] = (counts[bucket] as number) + 1;
      this.sum += value;
    }
  }

  /** @internal for the registry */
  reset(): void {
    this.counts = Array<number>(this.bounds.length + 1).fill(0);
    this.sum = 0;
  }

  /** @internal for the registry */
  get(): Promise<{ name: string; help: string; type: string; aggregator: string; values: Sample[] }> {
    const { name, help, type, aggregator } = this;
    let count = 0;
    const values = [...this.bounds, '+Inf'].map((le, index): Sample => {
      count += this.counts[index] as number;
      return { metricName: `${name}_bucket`, labels: { le }, value: count };
    });
    values.push({ metricName: `${name}_sum`, labels: {}, value: this.sum });
    values.push({ metricName: `${name}_count`, labels: {}, value: count });
    return Promise.resolve({ name, help, type, aggregator, values });
  }
}
