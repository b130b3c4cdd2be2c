import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { numbersIn, VALID } from '../support/events.js';
import {
  brokers,
  collect,
  eventually,
  isReady,
  metric,
  produce,
  startService,
  uniqueTopics,
  type Service,
} from '../support/pipeline.js';

const topics = uniqueTopics();

/** By librdkafka, many in one batch, so that there is something to compress. */
async function produceCompressed(compression: string, from: number): Promise<void> {
  const events = Array.from({ length: 100 }, (_, index) =>
    JSON.stringify({ ...VALID, number: from + index }),
  );
  const settings = ['-X', 'linger.ms=200', '-z', compression];
  const kcat = promisify(execFile)('kcat', ['-P', '-b', brokers(), '-t', topics.input, ...settings]);
  kcat.child.stdin?.end(events.join('\n'));
  await kcat;
}

describe('what others compressed', () => {
  let consumer: Service;
  let reader: Awaited<ReturnType<typeof collect>>;

  beforeAll(async () => {
    consumer = await startService('consumer', topics);
    await eventually('the consumer is ready', () => isReady(consumer));
    reader = await collect([topics.output]);
  });

  afterAll(async () => {
    await reader.stop();
    await consumer.stop();
  });

  it.each([
    ['gzip', 0],
    ['snappy', 100],
    ['lz4', 200],
    ['zstd', 300],
  ])('with %s is processed as anything else', async (compression, from) => {
    await produceCompressed(compression, from);
    await eventually(`${compression} is processed`, () => numbersIn(reader).length >= from + 100);
    expect(numbersIn(reader)).toEqual(Array.from({ length: from + 100 }, (_, index) => index));
  });
});

describe('what is written', () => {
  it('is compressed by COMPRESSION, and others read it', async () => {
    await Promise.all(COMPRESSIONS.map((name) => isWritten(name)));
  });
});

async function isWritten(compression: string): Promise<void> {
  const own = uniqueTopics();
  const service = await startService('consumer', own, { COMPRESSION: compression });
  await eventually('the consumer is ready', () => isReady(service));
  const events = Array.from({ length: 100 }, (_, index) => ({
    value: JSON.stringify({ ...VALID, number: index }),
  }));
  await produce(own.input, events);
  await eventually(`all is processed with ${compression}`, async () => {
    return (await metric(service, 'kafka_messages_processed_total', 'result="success"')) === 100;
  });
  // By librdkafka, which knows nothing of how we compress.
  const args = ['-C', '-b', brokers(), '-t', own.output, '-e', '-q', '-X', 'isolation.level=read_committed'];
  let lines: readonly string[] = [];
  // It stops at the end of what is committed, which may still lie before the last transaction.
  await eventually(`kcat reads all with ${compression}`, async () => {
    lines = (await promisify(execFile)('kcat', args)).stdout.trim().split('\n');
    return lines.length >= events.length;
  });
  expect(lines.map((line) => (JSON.parse(line) as { number: number }).number)).toEqual([...events.keys()]);
  expect(codecOnDisk(own.output)).toBe(COMPRESSIONS.indexOf(compression));
  await service.stop();
}

/** The protocol's order. */
const COMPRESSIONS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/** How the first record batch of a topic is compressed: the low bits of its attributes. */
function codecOnDisk(topic: string): number {
  const file = join(process.env['KAFKA_TEST_DATA'] ?? '', `${topic}-0`, '00000000000000000000.log');
  return readFileSync(file).readInt16BE(21) & 0x07;
}
