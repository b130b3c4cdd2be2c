import { join } from 'node:path';
import { grant, leastAcls, operationAcls } from './acls.mjs';
import { UserError, waitFor } from './processes.mjs';
import { ADMIN, secureEnvironment, TOKEN_OFFSET, USERS } from './secure-kafka.mjs';
import { writeSecret } from './secret-files.mjs';
import { startTokenServer } from './token-server.mjs';
import { root } from './workspace.mjs';

/** The built libraries: there once the workspace is prepared. */
const libraries = async () => ({
  ...(await import('@pipeline/kafka')),
  ...(await import('@pipeline/ops')),
});

/**
 * A connection made of settings, as the apps make theirs.
 * @param {Record<string, string>} env in place of this environment and .env
 * @returns {Promise<import('kafkajs').Kafka>} @throws UserError
 */
export async function connectAs(env) {
  const { connect } = await libraries();
  return connect(await settings(env), { clientId: 'tools' });
}

/**
 * What the apps will be set to.
 * @param {Record<string, string | undefined>} env
 */
async function settings(env) {
  const { CONSUMER_GROUP_SETTINGS, KAFKA_SETTINGS, loadSettings, readSources } = await libraries();
  const table = { ...KAFKA_SETTINGS, ...CONSUMER_GROUP_SETTINGS };
  const loaded = loadSettings(table, readSources({ cwd: root, env }));
  if (!loaded.ok) throw new UserError(`The configuration is wrong:\n  - ${loaded.problems.join('\n  - ')}`);
  return loaded.values;
}

/**
 * As an administrator does before the apps come: creates the topics, and gives each user the least it needs.
 * @param {import('./secure-kafka.mjs').Security} security
 * @param {string} brokers
 * @param {AbortSignal} signal
 */
export async function prepareAccess(security, brokers, signal) {
  const { connect, ensureTopics, topicSpecs } = await libraries();
  const env = { ...process.env, ...secureEnvironment(security, ADMIN), BOOTSTRAP_SERVERS: brokers };
  const values = await settings(env);
  const kafka = connect(values, { clientId: 'tools' });
  const specs = [...topicSpecs(values), ...operationTopics(values)];
  await waitFor(
    () =>
      ensureTopics(kafka, specs, []).then(
        () => true,
        () => false,
      ),
    { timeoutMs: 60_000, what: 'the topics are created', signal },
  );
  await grant(kafka, [...leastAcls(values, USERS), ...operationAcls(values, USERS.consumer)]);
}

/** @param {{ dlqTopic: string, consumerGroup: string }} values */
const operationTopics = ({ dlqTopic, consumerGroup }) => [
  {
    ...{ topic: `${consumerGroup}-operations`, partitions: 1, replication: 1 },
    config: { 'cleanup.policy': 'compact,delete' },
  },
  { topic: `${dlqTopic}-parking`, partitions: 1, replication: 1, config: {} },
];

/**
 * The endpoint for tokens, and files with the settings of each user.
 * @param {import('./secure-kafka.mjs').Security} security
 * @param {string} brokers
 * @param {number} port of the first broker
 */
export async function offerAccess(security, brokers, port) {
  const { tokenKey: key, passwords: clients, dir } = security;
  const tokens = await startTokenServer({ key, clients, port: port + TOKEN_OFFSET });
  const files = [ADMIN, ...Object.values(USERS)].map((user) => {
    const env = { BOOTSTRAP_SERVERS: brokers, ...secureEnvironment(security, user) };
    const file = join(dir, `${user}.env`);
    writeSecret(
      file,
      Object.entries(env)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    );
    return file;
  });
  return { tokens, files };
}
