// npm start: the whole pipeline on this machine, in one command. See README.md.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { brokerAnswers, kafkaJars, requireJava, startBroker } from './lib/kafka.mjs';
import { isRunning, lastLines, launch, requireFreePort, stop, UserError, waitFor } from './lib/processes.mjs';
import { read, readStatus, statusLine } from './lib/status.mjs';
import { pinnedNode, prepareWorkspace, root } from './lib/workspace.mjs';

const USAGE = `npm start -- [options]
  --brokers HOST:PORT,…   use a Kafka that runs already
  --kafka-port PORT       of the Kafka that is started (29092)
  --consumer-port PORT    HTTP of the consumer (8080)
  --producer-port PORT    HTTP of the producer (8081)
  --data DIR              storage and logs (.kafka)`;

function options() {
  try {
    return parseArgs({
      options: {
        brokers: { type: 'string' },
        'kafka-port': { type: 'string', default: '29092' },
        'consumer-port': { type: 'string', default: '8080' },
        'producer-port': { type: 'string', default: '8081' },
        data: { type: 'string', default: join(root, '.kafka') },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : 'wrong options'}\n\n${USAGE}`);
    return process.exit(2);
  }
}

/** Everything that runs, in the order in which it is stopped. @type {import('./lib/processes.mjs').Managed[]} */
const children = [];
let stopping = false;

/** @param {number} code */
async function shutDown(code) {
  if (stopping) return;
  stopping = true;
  for (const child of children) await stop(child);
  process.exit(code);
}

async function main() {
  const given = options();
  if (given.help) return console.log(USAGE);
  const ports = {
    kafka: Number(given['kafka-port']),
    consumer: Number(given['consumer-port']),
    producer: Number(given['producer-port']),
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      console.log(`\n${signal}: stopping producer, consumer, Kafka …`);
      void shutDown(0);
    });
  }
  const java = given.brokers === undefined ? requireJava() : undefined;
  if (java) {
    await requireFreePort(ports.kafka, 'Kafka needs it; choose another with --kafka-port');
    await requireFreePort(
      ports.kafka + 1_000,
      "Kafka's controller needs it; choose another with --kafka-port",
    );
  }
  await requireFreePort(ports.consumer, 'the consumer needs it; choose another with --consumer-port');
  await requireFreePort(ports.producer, 'the producer needs it; choose another with --producer-port');
  const logs = join(given.data, 'logs');
  mkdirSync(logs, { recursive: true });

  const broker = java ? await startKafka(java, ports.kafka, given.data) : undefined;
  await prepareWorkspace();
  const brokers = given.brokers ?? `127.0.0.1:${ports.kafka}`;
  const consumer = startApp('consumer', { brokers, port: ports.consumer, logs });
  const producer = startApp('producer', { brokers, port: ports.producer, logs });
  children.unshift(producer, consumer);
  for (const child of children) watch(child);
  if (broker) await brokerAnswers(broker, ports.kafka);
  for (const [name, port] of Object.entries({ consumer: ports.consumer, producer: ports.producer })) {
    await waitFor(async () => (await read(`http://127.0.0.1:${port}/health`)) !== '', {
      timeoutMs: 60_000,
      what: name,
    });
  }
  announce(brokers, ports, logs);
  await showStatus(ports);
}

/**
 * @param {string} java
 * @param {number} port
 * @param {string} data
 */
async function startKafka(java, port, data) {
  const node = { id: 1, port, controllerPort: port + 1_000 };
  const jars = await kafkaJars(root);
  const broker = startBroker({ jars, java, node, nodes: [node], dir: join(data, 'data', `1-${port}`) });
  children.push(broker);
  return broker;
}

/**
 * @param {'consumer' | 'producer'} name
 * @param {{ brokers: string, port: number, logs: string }} options
 */
function startApp(name, { brokers, port, logs }) {
  return launch(name, pinnedNode(), [join(root, 'apps', name, 'dist', 'main.js')], {
    log: join(logs, `${name}.log`),
    cwd: root,
    // Open for development on this machine only: HTTP listens on the loopback address.
    env: { ...process.env, BOOTSTRAP_SERVERS: brokers, HTTP_PORT: String(port), ADMIN_AUTH: 'none' },
  });
}

/** @param {import('./lib/processes.mjs').Managed} child */
function watch(child) {
  void child.ended.then(() => {
    if (stopping) return;
    console.error(
      `\n${child.name} ended by itself. The end of its log, ${child.log}:\n${lastLines(child.log)}`,
    );
    void shutDown(1);
  });
}

/**
 * @param {string} brokers
 * @param {{ consumer: number, producer: number }} ports
 * @param {string} logs
 */
function announce(brokers, { consumer, producer }, logs) {
  console.log(`
The pipeline runs. Ctrl-C stops it.
  Kafka      ${brokers}
  consumer   http://localhost:${consumer}/health   /metrics   /docs
  producer   http://localhost:${producer}/health   /metrics   /docs
  logs       ${logs}
  /admin is open to this machine (ADMIN_AUTH=none)
`);
}

/** @param {{ consumer: number, producer: number }} ports */
async function showStatus(ports) {
  const interval = process.stdout.isTTY ? 1_000 : 2_000;
  let before = await readStatus(ports);
  let at = Date.now();
  while (!stopping && children.every(isRunning)) {
    await new Promise((resolve) => setTimeout(resolve, interval));
    const status = await readStatus(ports);
    const now = Date.now();
    const done = status.processed + status.deadLettered - before.processed - before.deadLettered;
    const line = statusLine(status, (done * 1_000) / (now - at));
    process.stdout.write(process.stdout.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
    before = status;
    at = now;
  }
}

main().catch((error) => {
  console.error(error instanceof UserError ? error.message : error);
  void shutDown(1);
});
