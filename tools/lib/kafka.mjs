import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cachedFolder } from './cache.mjs';
import { accepts } from './ports.mjs';
import { isRunning, launch, obituary, run, UserError, waitFor } from './processes.mjs';
import { writeSecret } from './secret-files.mjs';

export const VERSION = '4.3.1';
const CLUSTER_ID = 'bG9naW4tcGlwZWxpbmUtMQ';
const OLDEST_JAVA = 17;
const WAYS_OUT = `The ways out:
  - install Java ${OLDEST_JAVA} or newer (Debian: apt-get install openjdk-17-jre-headless)
  - run everything in containers: docker-compose up --build
  - use a Kafka that runs already: npm start -- --brokers host:9092`;

/** @returns {string} the java command @throws UserError naming the ways out */
export function requireJava() {
  const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java';
  const { stdout, stderr, status } = spawnSync(java, ['-XshowSettings:properties', '-version'], {
    encoding: 'utf8',
  });
  // "17", but "1.8" until Java 9.
  const found = /java\.specification\.version = ([\d.]+)/.exec(`${stdout}${stderr}`)?.[1];
  if (status === 0 && Number(found) >= OLDEST_JAVA) return java;
  const state = found === undefined ? `${java} cannot be run` : `${java} is Java ${found}`;
  throw new UserError(`Java ${OLDEST_JAVA} or newer is needed to run Kafka here, and ${state}. ${WAYS_OUT}`);
}

/** How far above the port of a node that of its controller is, where nobody chooses another. */
export const CONTROLLER_OFFSET = 1_000;

/** Copies what a pom.xml depends on to `-DoutputDirectory`. */
export const COPY_DEPENDENCIES = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

/**
 * The folder of Kafka's jars, filled from Maven Central the first time.
 * @param {string} root of the repository
 * @param {{ signal?: AbortSignal | undefined }} [options]
 */
export function kafkaJars(root, { signal } = {}) {
  return cachedFolder(`kafka-${VERSION}`, async (jars) => {
    console.error(`Downloading Apache Kafka ${VERSION} from Maven Central (43 MB, once) …`);
    const options = ['-DincludeScope=runtime', `-DoutputDirectory=${jars}`];
    const cwd = join(root, 'deploy', 'kafka');
    await run('sh', ['./mvnw', '-q', '-B', COPY_DEPENDENCIES, ...options], { cwd, signal });
  });
}

/**
 * @typedef {{ id: number, port: number, controllerPort: number, settings?: string }} Node `settings` are properties
 *   in place of these
 * @param {Node} node
 * @param {Node[]} nodes
 * @param {string} data
 * @param {Record<string, string>} more of a setting that is given twice, the last one counts
 */
function properties(node, nodes, data, more) {
  const replication = Math.min(3, nodes.length);
  const given = Object.entries(more).map(([name, value]) => `${name}=${value}\n`);
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
${given.join('')}`;
}

/** Compiled quickly rather than well: the broker is for development and tests, where its start counts. */
const QUICK = {
  heap: '-Xms256m -Xmx512m',
  options: ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'],
};
/** As Kafka's own start script does, for measuring. */
const THOROUGH = { heap: '-Xms1g -Xmx1g', options: ['-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20'] };
const QUIET = ['-Xlog:cds=off', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'];

/** @param {string} jars */
const classpath = (jars) => ['-cp', join(jars, '*')];

/** @param {string} jars */
const archiveOf = (jars) => `${jars}.jsa`;

/** Classes that were loaded once load faster from an archive; one that does not fit is ignored. @param {string} jars */
const readArchive = (jars) =>
  existsSync(archiveOf(jars)) ? [`-XX:SharedArchiveFile=${archiveOf(jars)}`] : [];

/**
 * Prepares a node's storage, and on the way the archive, where they are missing.
 * @param {string} java
 * @param {string} jars
 * @param {string} file of the node's properties
 * @param {string} data
 * @param {string[]} more arguments of the tool, with passwords: on its command line everybody here could read them
 */
function formatStorage(java, jars, file, data, more) {
  if (existsSync(join(data, 'meta.properties'))) return;
  const given = `${file}.format`;
  const partial = `${archiveOf(jars)}.${process.pid}`;
  const archive = existsSync(archiveOf(jars)) ? readArchive(jars) : [`-XX:ArchiveClassesAtExit=${partial}`];
  writeSecret(given, ['--ignore-formatted', '-t', CLUSTER_ID, '-c', file, ...more].join('\n'));
  const tool = ['kafka.tools.StorageTool', 'format', `@${given}`];
  try {
    execFileSync(java, ['-Xmx128m', ...QUICK.options, ...QUIET, ...archive, ...classpath(jars), ...tool], {
      stdio: 'pipe',
    });
  } catch (error) {
    const { stderr } = /** @type {{ stderr?: unknown }} */ (error);
    throw new UserError(`Kafka's storage in ${data} cannot be prepared:\n${String(stderr)}`);
  } finally {
    rmSync(given, { force: true });
  }
  if (existsSync(partial)) renameSync(partial, archiveOf(jars));
}

/**
 * Starts one broker (KRaft, bounded heap) and resolves at once; see `brokerAnswers`.
 * @param {{ jars: string, java: string, node: Node, nodes: Node[], dir: string, thorough?: boolean, settings?: Record<string, string>, javaOptions?: string[], formatArguments?: string[] }} options
 *   `thorough` takes longer to start and is faster then; `settings` come on top of those for development
 */
export function startBroker({
  jars,
  java,
  node,
  nodes,
  dir,
  thorough = false,
  settings = {},
  javaOptions = [],
  formatArguments = [],
}) {
  const data = join(dir, `node-${node.id}`);
  mkdirSync(data, { recursive: true });
  const file = join(dir, `node-${node.id}.properties`);
  // With the passwords of a secured broker.
  writeSecret(file, properties(node, nodes, data, settings));
  formatStorage(java, jars, file, data, formatArguments);
  const compiled = thorough ? THOROUGH : QUICK;
  const heap = (process.env.KAFKA_HEAP_OPTS ?? compiled.heap).split(' ');
  const options = [
    ...heap,
    ...compiled.options,
    ...QUIET,
    ...readArchive(jars),
    ...javaOptions,
    ...classpath(jars),
  ];
  const name = nodes.length === 1 ? 'Kafka' : `Kafka node ${node.id}`;
  return launch(name, java, [...options, 'kafka.Kafka', file], {
    log: join(dir, `node-${node.id}.log`),
  });
}

/**
 * @param {import('./processes.mjs').Managed} broker
 * @param {number} port
 * @param {{ signal?: AbortSignal | undefined }} [options]
 * @throws UserError when it ends instead
 */
export function brokerAnswers(broker, port, { signal } = {}) {
  const answers = () => {
    if (!isRunning(broker)) throw new UserError(obituary(broker));
    return accepts(port);
  };
  return waitFor(answers, { timeoutMs: 600_000, what: broker.name, signal });
}
