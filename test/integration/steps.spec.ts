import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Controller, UseFilters, UseInterceptors, type INestApplication } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { afterEach, describe, expect, it } from '@jest/globals';
import { LoginProcessor } from '../../apps/consumer/src/login/login-processor.js';
import { LOGIN, LoginController } from '../../apps/consumer/src/login/login.controller.js';
import type { LoginStep } from '../../apps/consumer/src/login/steps/login-step.js';
import { StepRunner } from '../../apps/consumer/src/login/steps/step-runner.js';
import {
  Circuits,
  DeadLetterInterceptor,
  KAFKA_BATCH,
  KeepErrorFilter,
  PermanentError,
  processed,
  RetryInterceptor,
  type InputRecord,
  type Outcome,
} from '@pipeline/kafka';
import { startHandlers } from '../support/in-process.js';
import { KnownDeviceStep } from '../support/known-device.step.js';
import { header, lookedUp, numbersOf } from '../support/lookups.js';
import { collect, eventually, produce, uniqueTopics, type Topics } from '../support/pipeline.js';

const CIRCUIT = { failureRatio: 0.5, minimumCalls: 20, windowMs: 10_000, trialAfterMs: 500 };
const running: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((stop) => stop()));
});

/** The consumer's own handler in this process, with steps of ours. */
async function startWith(topics: Topics, steps: LoginStep[], eventTimeoutMs = 30_000) {
  const started = await startHandlers(topics, LoginController, {
    route: LOGIN,
    retries: [{ topic: `${topics.input}-retry-1`, delayMs: 1_000 }],
    providers: (server, events) => {
      const circuits = new Circuits(CIRCUIT, server, events);
      const runner = new StepRunner(steps, (name) => circuits.add(name), eventTimeoutMs);
      return [
        { provide: LoginProcessor, useValue: new LoginProcessor({ minAppVersion: '2.0.0' }) },
        { provide: StepRunner, useValue: runner },
      ];
    },
  });
  running.push(() => started.app.close());
  return started;
}

async function read(...topics: string[]) {
  const reader = await collect(topics);
  running.push(() => reader.stop());
  return (topic: string) => reader.records.get(topic) ?? [];
}

const events = (count: number) =>
  Array.from({ length: count }, (_, number) => lookedUp(number, { device_id: String(number) }));

describe('a step of a user', () => {
  it('sets fields of the output, and is closed with the service: the example of docs/STEPS.md', async () => {
    const topics = uniqueTopics();
    let closed = 0;
    const devices = {
      has: (_: string, device: string) => Promise.resolve(device === '1'),
      close: () => {
        closed++;
        return Promise.resolve();
      },
    };
    const { app } = await startWith(topics, [new KnownDeviceStep(devices)]);
    const of = await read(topics.output);
    await produce(topics.input, events(3));
    await eventually('all have come out', () => of(topics.output).length === 3);
    const marks = of(topics.output).map(({ value }) => JSON.parse(String(value)) as { new_device: boolean });
    expect(marks.map(({ new_device: isNew }) => isNew)).toEqual([true, false, true]);
    running.splice(0, 1);
    await app.close();
    expect(closed).toBe(1);
  });

  it('is shown in docs/STEPS.md as it is tested', () => {
    const text = (path: string) => readFileSync(join(import.meta.dirname, '..', '..', path), 'utf8');
    const code = /```ts\n([^]*?)```/.exec(text('docs/STEPS.md'))?.[1] ?? 'none';
    expect(text('test/support/known-device.step.ts')).toContain(code);
  });

  it('that has a bug for one event, or refuses one for good, stops no other', async () => {
    const topics = uniqueTopics();
    const step: LoginStep = {
      name: 'buggy',
      run: ({ device_id }) => {
        if (device_id === '1') throw new TypeError("Cannot read properties of undefined (reading 'x')");
        if (device_id === '2') return Promise.reject(new PermanentError('never'));
        return Promise.resolve({});
      },
    };
    const { server } = await startWith(topics, [step]);
    const of = await read(topics.output, topics.dlq);
    await produce(topics.input, events(5));
    await eventually('all have come out', () => of(topics.output).length + of(topics.dlq).length === 5);
    expect([numbersOf(of(topics.output)), numbersOf(of(topics.dlq))]).toEqual([
      [0, 3, 4],
      [1, 2],
    ]);
    for (const letter of of(topics.dlq)) {
      expect([header(letter, 'dlq.reason'), header(letter, 'dlq.attempts')]).toEqual([
        'PROCESSING_FAILED',
        '1',
      ]);
    }
    const { member, partitions } = server.describe();
    expect([member, partitions.flatMap(({ pausedBy }) => pausedBy)]).toEqual([true, []]);
  });

  it('that heeds no signal is left behind after EVENT_TIMEOUT', async () => {
    const topics = uniqueTopics();
    const step: LoginStep = {
      name: 'hanging',
      run: ({ device_id }) => (device_id === '1' ? new Promise(() => undefined) : Promise.resolve({})),
    };
    await startWith(topics, [step], 300);
    const of = await read(topics.output, topics.dlq);
    await produce(topics.input, events(3));
    await eventually('all have come out', () => of(topics.output).length + of(topics.dlq).length === 3);
    expect([numbersOf(of(topics.output)), numbersOf(of(topics.dlq))]).toEqual([[0, 2], [1]]);
    expect(of(topics.dlq).map((letter) => header(letter, 'dlq.reason'))).toEqual(['EVENT_TIMEOUT']);
  });

  it('that fails for a while opens its circuit, and nothing is lost', async () => {
    const topics = uniqueTopics();
    let isIll = true;
    const step: LoginStep = {
      name: 'ill',
      run: () => (isIll ? Promise.reject(new Error('ill')) : Promise.resolve({})),
    };
    const { server } = await startWith(topics, [step]);
    const of = await read(topics.output, topics.dlq);
    await produce(topics.input, events(100));
    await eventually('it is paused', () => server.describe().pausedBy.includes('circuit'));
    isIll = false;
    await eventually('all are processed', () => of(topics.output).length === 100);
    expect(of(topics.dlq)).toEqual([]);
  });
});

/** The batch form, with a bug that one event brings out. */
@Controller()
@UseFilters(KeepErrorFilter)
@UseInterceptors(DeadLetterInterceptor, RetryInterceptor)
class BuggyController {
  @EventPattern('device', KAFKA_BATCH)
  onDevices(@Payload() records: readonly InputRecord[]): readonly Outcome[] {
    return records.map(({ key, value }) => {
      if (String(key) === 'user-7') throw new RangeError('Maximum call stack size exceeded');
      return processed(value ?? '{}');
    });
  }
}

it('a handler of batches that throws on one event stops no other', async () => {
  const topics = uniqueTopics();
  const { app }: { app: INestApplication } = await startHandlers(topics, BuggyController);
  running.push(() => app.close());
  const of = await read(topics.output, topics.dlq);
  await produce(topics.input, events(20));
  await eventually('all have come out', () => of(topics.output).length + of(topics.dlq).length === 20);
  expect(numbersOf(of(topics.dlq))).toEqual([7]);
  expect(header(of(topics.dlq)[0] ?? { headers: {} }, 'kafka_dlt-exception-fqcn')).toBe('RangeError');
});
