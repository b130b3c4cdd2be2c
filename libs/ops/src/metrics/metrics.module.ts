import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import {
  getToken,
  makeCounterProvider,
  makeGaugeProvider,
  PrometheusModule,
} from '@willsoto/nestjs-prometheus';
import { register, Counter, type Metric } from 'prom-client';
import { BulkHistogram } from './bulk-histogram.js';
import { MetricsController } from './metrics.controller.js';
import { METRICS, type MetricDefinition, type MetricName } from './metrics-table.js';
import { Metrics } from './metrics.js';

/** Gauges that prom-client names like counters; Prometheus' conventions keep `_total` for counters. */
const MISNAMED = [
  'nodejs_active_resources_total',
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
];

/**
 * Registers an app's metrics and those of its process, and serves them at GET /metrics. `Metrics` can be
 * injected everywhere.
 *
 * @publicApi
 */
@Module({})
export class MetricsModule {
  static forApp(app: 'consumer' | 'producer'): DynamicModule {
    const prometheus = PrometheusModule.register({ controller: MetricsController });
    MISNAMED.forEach((name) => register.removeSingleMetric(name));

    const own = namesOf(app);
    const metrics: Provider = {
      provide: Metrics,
      inject: own.map(getToken),
      useFactory: (...registered: Metric[]) => {
        const byName = new Map(own.map((name, index) => [name, registered[index] as Metric]));
        byName.forEach((metric, name) => startAtZero(name, metric));
        return new Metrics(byName);
      },
    };
    return {
      module: MetricsModule,
      global: true,
      imports: [prometheus],
      providers: [...own.map(providerOf), metrics],
      exports: [Metrics],
    };
  }
}

function namesOf(app: 'consumer' | 'producer'): MetricName[] {
  return (Object.keys(METRICS) as MetricName[]).filter((name) => [app, 'both'].includes(METRICS[name].app));
}

function providerOf(name: MetricName): Provider {
  const { type, help, labels, buckets = [] }: MetricDefinition = METRICS[name];
  const options = { name, help, labelNames: Object.keys(labels) };
  switch (type) {
    case 'counter':
      return makeCounterProvider(options);
    case 'gauge':
      return makeGaugeProvider(options);
    case 'histogram':
      return {
        provide: getToken(name),
        useFactory: () => histogramOf({ name, help, buckets }),
      };
  }
}

/** The one that is registered under this name, as nestjs-prometheus does with the others. */
function histogramOf(options: ConstructorParameters<typeof BulkHistogram>[0]): BulkHistogram {
  const known = register.getSingleMetric(options.name) as unknown;
  if (known instanceof BulkHistogram) return known;
  const histogram = new BulkHistogram(options);
  register.registerMetric(histogram as unknown as Metric);
  return histogram;
}

/** A series that is there from the start, at 0, lets `rate()` and `increase()` see its first event. */
function startAtZero(name: MetricName, metric: Metric): void {
  if (!(metric instanceof Counter)) return;
  const { labels }: MetricDefinition = METRICS[name];
  for (const [label, values] of Object.entries(labels)) {
    for (const value of values) metric.inc({ [label]: value }, 0);
  }
}
