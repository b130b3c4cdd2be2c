// npm start: the whole pipeline on this machine, in one command. See USAGE and README.md.
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { compileCache } from './lib/cache.mjs';
import { brokerAnswers, CONTROLLER_OFFSET, kafkaJars, requireJava, startBroker } from './lib/kafka.mjs';
import { parseAll, parseOptions } from './lib/options.mjs';
import { accepts, parseBrokers, parsePort, requireFreePorts } from './lib/ports.mjs';
import { launch, UserError, waitFor } from './lib/processes.mjs';
import { offerAccess, prepareAccess } from './lib/secure-access.mjs';
import {
  MTLS_OFFSET,
  prepareSecurity,
  secureBroker,
  secureEnvironment,
  TOKEN_OFFSET,
  USERS,
} from './lib/secure-kafka.mjs';
import { read, showStatus } from './lib/status.mjs';
import { Supervisor } from './lib/supervisor.mjs';
import { pinnedNode, prepareWorkspace, root } from './lib/workspace.mjs';

const USAGE = `npm start -- [options]
  --brokers HOST:PORT,…   use a Kafka that runs already
  --port PORT             of the Kafka that is started (29092)
  --data DIR              its storage, and the logs (.kafka)
  --secure                with TLS, SASL and ACLs: docs/SECURITY-KAFKA.md
Environment: CONSUMER_HTTP_PORT (8080), PRODUCER_HTTP_PORT (8081), and the settings in docs/configuration.md`;

const START_LIMIT_MS = 300_000;

/** @typedef {{ kafka: number, consumer: number, producer: number }} Ports */

const given = parseOptions(USAGE, {
  brokers: /** @type {string | undefined} */ (undefined),
  port: '29092',
  data: join(root, '.kafka'),
  secure: false,
});
const data = resolve(given.data);
const logs = join(data, 'logs');
const supervisor = new Supervisor('producer, consumer, Kafka');

supervisor.run(async (signal) => {
  const { addresses, ...ports } = readOptions();
  const java = addresses ? undefined : requireJava();
  if (addresses) await anyAnswers(addresses, signal);
  await requireFreePorts(neededPorts(ports, java !== undefined));
  mkdirSync(logs, { recursive: true });

  // Kafka starts while packages are installed and built, and the apps wait for it.
  const preparing = prepareWorkspace({ signal });
  // Certificates are made by one of the packages.
  if (given.secure) await preparing;
  const starting = java ? startKafka(java, ports, signal) : undefined;
  const [kafka] = await Promise.all([starting, preparing]);
  const brokers = given.brokers ?? `127.0.0.1:${ports.kafka}`;
  if (kafka?.security) {
    await brokerAnswers(kafka.broker, ports.kafka, { signal });
    await prepareAccess(kafka.security, brokers, signal);
    await offerAccess(kafka.security, brokers, ports.kafka);
  }
  console.error('Starting consumer and producer …');
  // The last one to come is the first one to be stopped.
  supervisor.add(startApp('consumer', brokers, ports.consumer, kafka?.security));
  supervisor.add(startApp('producer', brokers, ports.producer, kafka?.security));
  if (kafka) await brokerAnswers(kafka.broker, ports.kafka, { signal });
  await Promise.all([
    isReady('consumer', ports.consumer, signal),
    isReady('producer', ports.producer, signal),
  ]);
  announce(brokers, ports);
  await showStatus(ports, signal);
});

/** @throws UserError with every problem */
function readOptions() {
  const { brokers, port } = given;
  const { CONSUMER_HTTP_PORT, PRODUCER_HTTP_PORT } = process.env;
  return parseAll({
    addresses: () => {
      if (brokers === undefined) return undefined;
      if (given.secure) throw new UserError('--secure is for the Kafka that is started: not with --brokers');
      return parseBrokers(brokers, '--brokers');
    },
    kafka: () => parsePort(port, '--port', 65_535 - (given.secure ? TOKEN_OFFSET : CONTROLLER_OFFSET)),
    consumer: () => parsePort(CONSUMER_HTTP_PORT || '8080', 'CONSUMER_HTTP_PORT'),
    producer: () => parsePort(PRODUCER_HTTP_PORT || '8081', 'PRODUCER_HTTP_PORT'),
  });
}

/**
 * @param {Ports} ports
 * @param {boolean} withKafka
 */
function neededPorts(ports, withKafka) {
  const instead = 'choose another with --port; or, if a Kafka runs already, use it with --brokers host:port';
  const kafka = [
    { port: ports.kafka, for: 'Kafka', instead },
    { port: ports.kafka + CONTROLLER_OFFSET, for: "Kafka's controller, 1000 above Kafka", instead },
    ...(given.secure
      ? [
          { port: ports.kafka + MTLS_OFFSET, for: 'Kafka among its nodes, 2000 above Kafka', instead },
          { port: ports.kafka + TOKEN_OFFSET, for: 'the token endpoint, 3000 above Kafka', instead },
        ]
      : []),
  ];
  const apps = /** @type {const} */ (['consumer', 'producer']).map((name) => ({
    port: ports[name],
    for: `HTTP of the ${name}`,
    instead: `choose another with ${name.toUpperCase()}_HTTP_PORT in the environment`,
  }));
  return withKafka ? [...kafka, ...apps] : apps;
}

/**
 * @param {string} java
 * @param {Ports} ports
 * @param {AbortSignal} signal
 */
async function startKafka(java, { kafka: port }, signal) {
  const jars = await kafkaJars(root, { signal });
  signal.throwIfAborted();
  console.error('Starting Kafka …');
  const node = { id: 1, port, controllerPort: port + CONTROLLER_OFFSET };
  const dir = join(data, `1-${port}${given.secure ? '-secure' : ''}`);
  const security = given.secure ? await prepareSecurity(dir) : undefined;
  const secured = security && secureBroker(security, node);
  const broker = startBroker({ jars, java, node, nodes: [node], dir, ...secured });
  supervisor.add(broker);
  return { broker, security };
}

/**
 * @param {'consumer' | 'producer'} name
 * @param {string} brokers
 * @param {number} port
 * @param {import('./lib/secure-kafka.mjs').Security} [security] of the Kafka that was started
 */
function startApp(name, brokers, port, security) {
  return launch(name, pinnedNode(), [join(root, 'apps', name, 'dist', 'main.js')], {
    log: join(logs, `${name}.log`),
    cwd: root,
    env: {
      NODE_COMPILE_CACHE: compileCache(),
      ...process.env,
      ...(security && secureEnvironment(security, USERS[name])),
      BOOTSTRAP_SERVERS: brokers,
      // Open for development, and to this machine only.
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: String(port),
      ADMIN_AUTH: adminAuth(),
      ADMIN_AUTH_NONE_IN_PRODUCTION: 'true',
    },
  });
}

/** The environment may close it; .env, which is for every way to run, does not. */
const adminAuth = () => process.env.ADMIN_AUTH || 'none';

/**
 * @param {string} name
 * @param {number} port
 * @param {AbortSignal} signal
 */
function isReady(name, port, signal) {
  const isHealthy = async () => (await read(`http://127.0.0.1:${port}/health`)) !== undefined;
  return waitFor(isHealthy, { timeoutMs: START_LIMIT_MS, what: `the ${name} is ready`, signal });
}

/**
 * @param {{ host: string, port: number }[]} addresses
 * @param {AbortSignal} signal
 */
async function anyAnswers(addresses, signal) {
  const answers = async () => {
    const all = await Promise.all(addresses.map(({ host, port }) => accepts(port, host)));
    return all.includes(true);
  };
  const where = addresses.map(({ host, port }) => `${host}:${port}`).join(', ');
  console.error(`Looking for Kafka at ${where} …`);
  await waitFor(answers, { timeoutMs: 60_000, what: `a Kafka answers at ${where}`, signal });
}

/**
 * @param {string} brokers
 * @param {Ports} ports
 */
function announce(brokers, { consumer, producer }) {
  const open = adminAuth() === 'none' ? '\n  /admin is open to this machine (ADMIN_AUTH=none)' : '';
  console.log(`
The pipeline runs. Ctrl-C stops it.
  Kafka      ${brokers}
  consumer   http://localhost:${consumer}/health   /metrics   /docs
  producer   http://localhost:${producer}/health   /metrics   /docs
  console    http://localhost:${consumer}/console
  logs       ${logs}${open}
`);
}
