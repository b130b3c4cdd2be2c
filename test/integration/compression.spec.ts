import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { numbersIn, VALID } from '../support/events.js';
import {
  brokers,
  collect,
  eventually,
  isReady,
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
