import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { kafkaJars, requireJava } from '../../tools/lib/kafka.mjs';
import { bytes, VALID } from '../support/events.js';
import {
  brokers,
  eventually,
  isReady,
  metric,
  produce,
  startService,
  uniqueTopics,
  type Service,
} from '../support/pipeline.js';

const root = join(import.meta.dirname, '..', '..');
const dir = mkdtempSync(join(tmpdir(), 'runbook-'));
const topics = uniqueTopics(2);
const TOKEN = 'a-token-of-an-admin';
const TOKENS = JSON.stringify([
  { name: 'anna', role: 'admin', hash: `sha256:${createHash('sha256').update(TOKEN).digest('hex')}` },
]);

const page = readFileSync(join(root, 'docs', 'RUNBOOK.md'), 'utf8');
const [preamble = '', ...blocks] = [...page.matchAll(/^```bash\n(.*?)^```/gms)].map(([, code = '']) => code);

let service: Service;
let other: Service;

/** Kafka's own commands, as its distribution has them, by the classes behind them. */
async function installKafkaCommands(): Promise<void> {
  const classes = {
    'kafka-configs.sh': 'kafka.admin.ConfigCommand',
    'kafka-consumer-groups.sh': 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
  };
  const jars = await kafkaJars(root);
  for (const [name, main] of Object.entries(classes)) {
    const file = join(dir, name);
    writeFileSync(
      file,
      `#!/bin/sh\nexec ${requireJava()} -XX:TieredStopAtLevel=1 -cp '${jars}/*' ${main} "$@"\n`,
    );
    chmodSync(file, 0o755);
  }
}

beforeAll(async () => {
  await installKafkaCommands();
  const env = { ADMIN_AUTH: 'token', ADMIN_TOKENS: TOKENS };
  [service, other] = await Promise.all([
    startService('consumer', topics, env),
    startService('consumer', topics, env),
  ]);
  await eventually('both are ready', async () => (await isReady(service)) && (await isReady(other)));
  await produce(topics.input, [
    { value: bytes(VALID), partition: 0 },
    { value: bytes({ ...VALID, ip: '10.0.0.1' }), partition: 0 },
    { value: 'not JSON', partition: 0 },
  ]);
  const dead = async () =>
    (await metric(service, 'pipeline_dlq_total')) + (await metric(other, 'pipeline_dlq_total'));
  await eventually('there are dead letters', async () => (await dead()) === 2);
  await eventually('their index is built', async () => {
    const answer = await fetch(`${service.url}/admin/dead-letters`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    return ((await answer.json()) as { index?: { state: string } }).index?.state === 'ready';
  });
});
afterAll(async () => {
  await Promise.all([service.stop(), other.stop()]);
  rmSync(dir, { recursive: true });
});

async function run(code: string) {
  const child = spawn('bash', ['--norc', '-euo', 'pipefail', '-c', `${preamble}\n${code}`], {
    env: {
      PATH: `${dir}${delimiter}${process.env['PATH'] ?? ''}`,
      ...{ CONSUMER: service.url, TOKEN, BROKERS: brokers(), DLQ_TOPIC: topics.dlq },
      ...{ CONSUMER_GROUP: topics.group, PID: String(other.pid) },
    },
  });
  const [stdout, stderr, status] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ]);
  return { stdout, stderr, status };
}

it('has commands that all work, from its first section to its last', async () => {
  expect(blocks.length).toBeGreaterThan(10);
  let output = '';
  for (const code of blocks) {
    const { stdout, stderr, status } = await run(code);
    expect({ code, status, stderr: status === 0 ? '' : stdout + stderr }).toEqual({
      code,
      status: 0,
      stderr: '',
    });
    output += stdout;
  }
  expect(output).toContain('"paused":true');
  expect(output).toContain('"rule":"ip_not_public"');
  expect(output).toMatch(/"kind":"replay"/);
  expect(output).toContain(`Completed updating config for topic ${topics.dlq}`);
  expect(await other.ended).toBe(0);
});

it('names every reason for which something waits for an operator', () => {
  for (const reason of ['operator', 'circuit', 'flood', 'undeliverable', 'offset-out-of-range']) {
    expect(page).toContain(`\`${reason}\``);
  }
});
