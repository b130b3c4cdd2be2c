// Started by run.mjs, once everything is built. See USAGE.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCount, parseOptions } from '../../tools/lib/options.mjs';
import { kill, waitFor } from '../../tools/lib/processes.mjs';
import { read } from '../../tools/lib/status.mjs';
import { Supervisor } from '../../tools/lib/supervisor.mjs';
import { Cluster } from '../support/cluster.mjs';
import { startApp } from '../support/start-app.mjs';
import { checkEnd } from './lib/check-end.mjs';
import { Checks } from './lib/checks.mjs';
import { fuzzHttp } from './lib/fuzz-http.mjs';
import { fuzzTopic } from './lib/fuzz-topic.mjs';
import { settingsOf, topicsOf } from './lib/topics.mjs';

const USAGE = `npm run test:fuzz -- [options]
  --seed N       the same values and requests at every run (1)
  --values N     mutated login events on the topic (200000)
  --http yes|no  requests made from /openapi.json by schemathesis (yes)
Needs kcat, and for the requests python3 with venv. The last line is \`N passed, N failed\`.`;

const START_LIMIT_MS = 120_000;

const given = parseOptions(USAGE, { seed: '1', values: '200000', http: 'yes' });
const supervisor = new Supervisor('the fuzzer');
const checks = new Checks();

// Also when it breaks off, which is a failure.
process.once('exit', (code) => {
  if (code !== 0 && checks.failed === 0) checks.failed++;
  console.log(`${checks.passed} passed, ${checks.failed} failed`);
});

supervisor.run(async (signal) => {
  const seed = parseCount('--seed', given.seed);
  const values = parseCount('--values', given.values);
  const logs = mkdtempSync(join(tmpdir(), 'login-event-fuzz-'));
  console.error(`Starting Kafka and a consumer; logs in ${logs} …`);
  const cluster = new Cluster();
  process.once('exit', () => cluster.kill());
  await cluster.start(1, signal);
  const brokers = cluster.addresses;
  const topics = topicsOf('fuzz');
  // Most of the values are hostile: that is no flood worth an error.
  const env = {
    BOOTSTRAP_SERVERS: brokers,
    ADMIN_AUTH: 'none',
    DLQ_FLOOD_RATIO: '1',
    // What is tested is what answers, not how often it does.
    ADMIN_COMMAND_LIMIT: '1000000',
    ADMIN_FAILURE_LIMIT: '1000000',
  };
  const ofValues = { ...env, ...settingsOf(topics) };
  const consumer = await startApp('consumer', { env: ofValues, log: join(logs, 'consumer.log') });
  process.once('exit', () => kill(consumer, 'SIGKILL'));
  const ready = async () => (await read(`${consumer.url}/health`)) !== undefined;
  await waitFor(ready, { timeoutMs: START_LIMIT_MS, what: 'the consumer', signal });

  await fuzzTopic({ brokers, topics, consumer, seed, values, checks, signal });
  await checkEnd(consumer, checks);
  if (given.http === 'yes') await fuzzHttp({ brokers, env, logs, seed, checks, signal });
  await cluster.close();
  if (checks.failed > 0) process.exit(1);
  rmSync(logs, { recursive: true, force: true });
  process.exit(0);
});
