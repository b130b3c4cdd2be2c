import type { Server } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { MetricsModule } from './metrics.module.js';
import { METRICS, type MetricDefinition } from './metrics-table.js';
import { Metrics } from './metrics.js';

describe('METRICS', () => {
  it.each(Object.entries<MetricDefinition>(METRICS))('%s follows the naming conventions', (name, metric) => {
    expect(name).toMatch(/^[a-z]+(_[a-z]+)+$/);
    expect(name.endsWith('_total')).toBe(metric.type === 'counter');
    expect(metric.help).toMatch(/\.$/);
    expect(metric.buckets !== undefined).toBe(metric.type === 'histogram');
    expect([...(metric.buckets ?? [])]).toEqual([...(metric.buckets ?? [])].sort((a, b) => a - b));
  });
});

describe('MetricsModule', () => {
  let app: INestApplication<Server>;
  let metrics: Metrics;

  beforeAll(async () => {
    const module = await Test.createTestingModule({ imports: [MetricsModule.forApp('consumer')] }).compile();
    app = module.createNestApplication();
    await app.init();
    metrics = app.get(Metrics);
  });
  afterAll(() => app.close());

  const scrape = async () => (await request(app.getHttpServer()).get('/metrics').expect(200)).text;

  it('serves every metric of the app, with help and type, and none of the other app', async () => {
    const text = await scrape();
    for (const [name, { app: owner, type, help }] of Object.entries<MetricDefinition>(METRICS)) {
      const described = `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
      expect(text.includes(described)).toBe(owner !== 'producer');
    }
  });

  it('serves the metrics of the process, without gauges that are named like counters', async () => {
    const text = await scrape();
    expect(text).toContain('process_cpu_seconds_total');
    expect(text).toContain('nodejs_eventloop_lag_seconds');
    expect(text).not.toMatch(/# TYPE \w+_total gauge/);
  });

  it('starts counters at 0 for every known value of their label', async () => {
    expect(await scrape()).toMatch(/kafka_messages_processed_total\{result="retry"\} 0/);
  });

  it('counts what it is told', async () => {
    metrics.counter('kafka_messages_processed_total').inc({ result: 'success' }, 3);
    metrics.gauge('pipeline_consumer_lag_messages').set({ topic: 't', partition: 0 }, 7);
    metrics.histogram('pipeline_event_latency_seconds').observe(0.02);
    const text = await scrape();
    expect(text).toContain('kafka_messages_processed_total{result="success"} 3');
    expect(text).toContain('pipeline_consumer_lag_messages{topic="t",partition="0"} 7');
    expect(text).toContain('pipeline_event_latency_seconds_bucket{le="0.025"} 1');
  });

  it("refuses the other app's metrics", () => {
    expect(() => metrics.counter('producer_events_total')).toThrow(
      'producer_events_total is not a metric of this app',
    );
  });
});
