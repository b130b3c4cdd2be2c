// The entry of the worker thread: reads the dead letters, and answers what the pipeline's own thread asks.
import { parentPort, workerData } from 'node:worker_threads';
import { connect, describeError } from '@pipeline/kafka';
import { beNice } from './be-nice.js';
import type { Answer, Call, LetterMethod, WorkerOptions } from './letter-calls.js';
import { LetterService } from './letter-service.js';

beNice();
const { config, max, share, operations } = workerData as WorkerOptions;
const kafka = connect(config, { clientId: `${config.projectName}-dead-letters` });
const service = new LetterService(kafka, { topic: config.dlqTopic, max, share, operations });
const methods = service as unknown as Record<LetterMethod, (...args: readonly unknown[]) => unknown>;

parentPort?.on('message', (call: Call) => {
  void answer(call).then((said) => parentPort?.postMessage(said));
});

async function answer({ id, method, args }: Call): Promise<Answer> {
  try {
    return { id, result: await methods[method](...args) };
  } catch (error) {
    return { id, error: describeError(error) };
  }
}

await service.run(new AbortController().signal);
