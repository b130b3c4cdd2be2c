import type { Counter, Gauge } from 'prom-client';
import type { BulkHistogram } from './bulk-histogram.js';
import type { LabelsOf, MetricName, MetricsOfType } from './metrics-table.js';

/**
 * The metrics of this app, by the names of METRICS.
 *
 * @throws Error when the metric belongs to the other app
 *
 * @publicApi
 */
export class Metrics {
  constructor(private readonly registered: ReadonlyMap<MetricName, unknown>) {}

  counter<Name extends MetricsOfType<'counter'>>(name: Name): Counter<LabelsOf<Name>> {
    return this.get(name) as Counter<LabelsOf<Name>>;
  }

  gauge<Name extends MetricsOfType<'gauge'>>(name: Name): Gauge<LabelsOf<Name>> {
    return this.get(name) as Gauge<LabelsOf<Name>>;
  }

  histogram(name: MetricsOfType<'histogram'>): BulkHistogram {
    return this.get(name) as BulkHistogram;
  }

  private get(name: MetricName): unknown {
    const metric = this.registered.get(name);
    if (metric === undefined) throw new Error(`${name} is not a metric of this app`);
    return metric;
  }
}
