import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../../tools/lib/processes.mjs';
import {
  eventually,
  isReady,
  metric,
  startService,
  uniqueTopics,
  type Service,
} from '../support/pipeline.js';

const installed = spawnSync('promtool', ['--version']).status === 0;

it('has Prometheus where everything is checked', () => {
  expect(installed || process.env['CI'] !== 'true').toBe(true);
});

/** Without Prometheus on the machine there is nothing to ask; `.ci/run` installs it. */
(installed ? describe : describe.skip)('the metrics of both applications', () => {
  const topics = uniqueTopics();
  const folder = mkdtempSync(join(tmpdir(), 'login-event-prometheus-'));
  let consumer: Service;
  let producer: Service;
  let prometheus: ChildProcess;
  let url: string;

  const query = async (expression: string): Promise<number> => {
    const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`);
    const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
    return Number(data.result[0]?.value[1] ?? 0);
  };

  beforeAll(async () => {
    consumer = await startService('consumer', topics);
    producer = await startService('producer', topics, { PRODUCER_RATE: '50', PRODUCER_INVALID_RATIO: '0.2' });
    const targets = [consumer, producer].map((service) => new URL(service.url).host);
    writeFileSync(
      join(folder, 'prometheus.yml'),
      JSON.stringify({
        global: { scrape_interval: '1s' },
        scrape_configs: [{ job_name: 'pipeline', static_configs: [{ targets }] }],
      }),
    );
    url = `http://127.0.0.1:${String(await freePort())}`;
    prometheus = spawn(
      'prometheus',
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=${new URL(url).host}`,
      ],
      { stdio: 'ignore' },
    );
    await eventually('both are ready', async () => (await isReady(consumer)) && (await isReady(producer)));
    await eventually('Prometheus answers', () =>
      fetch(`${url}/-/ready`).then(
        (r) => r.ok,
        () => false,
      ),
    );
  });

  afterAll(async () => {
    await Promise.all([consumer.stop(), producer.stop()]);
    prometheus.kill();
    await once(prometheus, 'exit');
    rmSync(folder, { recursive: true, force: true });
  });

  it('are without fault in the eyes of promtool', async () => {
    for (const service of [consumer, producer]) {
      const input = await (await fetch(`${service.url}/metrics`)).text();
      // Fails on a wrong metric; a complaint goes to stderr with exit code 3.
      const checked = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
      expect([checked.status, checked.stderr]).toEqual([0, '']);
    }
  });

  it('move in Prometheus', async () => {
    for (const counter of [
      'kafka_messages_processed_total{result="success"}',
      'sum(pipeline_dlq_total)',
      'sum(pipeline_transactions_total{outcome="committed"})',
      'producer_events_total{valid="true"}',
      'producer_events_total{valid="false"}',
    ]) {
      let first = 0;
      await eventually(`${counter} is seen`, async () => (first = await query(counter)) > 0);
      await eventually(`${counter} moves`, async () => (await query(counter)) > first);
    }
  });

  it('follow the commands given to the producer', async () => {
    const command = (method: string, path: string, body: object = {}) =>
      fetch(`${producer.url}/admin/${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    expect((await command('PUT', 'rate', { rate: 200 })).status).toBe(200);
    expect((await command('PUT', 'rate', { rate: 'fast' })).status).toBe(400);
    expect((await command('POST', 'pause')).status).toBe(200);
    expect(await metric(producer, 'pipeline_paused')).toBe(1);
    expect((await command('POST', 'resume')).status).toBe(200);
    expect(await metric(producer, 'pipeline_paused')).toBe(0);
  });

  it('are served with everything Prometheus needs to tell instances apart', async () => {
    const up = () => {
      const said = execFileSync('promtool', ['query', 'instant', '-o', 'json', url, 'up'], {
        encoding: 'utf8',
      });
      return (JSON.parse(said) as { value: [number, string] }[]).map(({ value }) => value[1]);
    };
    // One that takes a second to answer counts as down until the next time.
    await eventually('both are up', () => up().join() === '1,1');
  });
});
