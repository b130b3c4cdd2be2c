import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isRunning, lastLines, launch, run, UserError, waitFor } from './processes.mjs';

const VERSION = '4.3.1';
const CLUSTER_ID = 'bG9naW4tcGlwZWxpbmUtMQ';
const NO_JAVA = `Java 17 or newer is needed to run Kafka here. The ways out:
  - install Java 17 or newer (Debian: apt-get install openjdk-17-jre-headless)
  - run everything in containers: docker-compose up --build
  - use a Kafka that runs already: npm start -- --brokers host:9092`;

/** @returns {string} the java command @throws UserError naming the ways out */
export function requireJava() {
  const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java';
  try {
    const text = execFileSync(java, ['-XshowSettings:properties', '-version'], {
      stdio: 'pipe',
      encoding: 'utf8',
    });
    void text;
    return java;
  } catch {
    throw new UserError(NO_JAVA);
  }
}

/**
 * The folder of Kafka's jars, filled from Maven Central the first time.
 * @param {string} root of the repository
 */
export async function kafkaJars(root) {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const jars = join(cache, 'login-event-pipeline', `kafka-${VERSION}`);
  if (existsSync(jars)) return jars;
  process.stderr.write(`Downloading Apache Kafka ${VERSION} from Maven Central (43 MB, once) …\n`);
  const partial = `${jars}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  await run(
    'sh',
    [
      './mvnw',
      '-q',
      '-B',
      'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${partial}`,
    ],
    { cwd: join(root, 'deploy', 'kafka') },
  );
  try {
    renameSync(partial, jars);
  } catch {
    // Somebody else was faster.
    rmSync(partial, { recursive: true, force: true });
  }
  return jars;
}

/**
 * @typedef {{ id: number, port: number, controllerPort: number }} Node
 * @param {Node} node
 * @param {Node[]} nodes
 * @param {string} data
 */
function properties(node, nodes, data) {
  const replication = Math.min(3, nodes.length);
  return `process.roles=broker,controller
node.id=${node.id}
controller.quorum.voters=${nodes.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`).join(',')}
listeners=PLAINTEXT://127.0.0.1:${node.port},CONTROLLER://127.0.0.1:${node.controllerPort}
advertised.listeners=PLAINTEXT://127.0.0.1:${node.port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=${data}
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=4
offsets.topic.replication.factor=${replication}
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=${replication}
transaction.state.log.min.isr=${Math.max(1, replication - 1)}
min.insync.replicas=${Math.max(1, replication - 1)}
controlled.shutdown.enable=true
`;
}

/**
 * Starts one broker (KRaft, bounded heap) and resolves at once; see `brokerAnswers`.
 * @param {{ jars: string, java: string, node: Node, nodes: Node[], dir: string }} options
 */
export function startBroker({ jars, java, node, nodes, dir }) {
  const data = join(dir, `node-${node.id}`);
  mkdirSync(data, { recursive: true });
  const file = join(dir, `node-${node.id}.properties`);
  writeFileSync(file, properties(node, nodes, data));
  const classpath = ['-cp', join(jars, '*')];
  const quiet = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'];
  if (!existsSync(join(data, 'meta.properties'))) {
    const tool = ['kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', file];
    try {
      execFileSync(java, ['-Xmx128m', '-XX:TieredStopAtLevel=1', ...quiet, ...classpath, ...tool], {
        stdio: 'pipe',
      });
    } catch (error) {
      throw new UserError(
        `Kafka's storage in ${data} cannot be prepared:\n${String(/** @type {{ stderr?: unknown }} */ (error).stderr)}`,
      );
    }
  }
  // Compiled quickly rather than well: the broker is for development and tests, where its start counts.
  const heap = [
    ...(process.env.KAFKA_HEAP_OPTS ?? '-Xms256m -Xmx512m').split(' '),
    '-XX:TieredStopAtLevel=1',
    '-XX:+UseSerialGC',
  ];
  return launch(`kafka-${node.id}`, java, [...heap, ...quiet, ...classpath, 'kafka.Kafka', file], {
    log: join(dir, `node-${node.id}.log`),
  });
}

/** @param {number} port */
const accepts = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => (socket.destroy(), resolve(true)));
    socket.once('error', () => resolve(false));
  });

/**
 * @param {import('./processes.mjs').Managed} broker
 * @param {number} port
 */
export function brokerAnswers(broker, port) {
  return waitFor(
    async () => {
      if (!isRunning(broker)) throw new UserError(`Kafka ended:\n${lastLines(broker.log)}`);
      return /** @type {Promise<boolean>} */ (accepts(port));
    },
    { timeoutMs: 600_000, what: 'Kafka' },
  );
}
