import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brokerAnswers, kafkaJars, requireJava, startBroker } from '../../tools/lib/kafka.mjs';
import { freePort } from '../../tools/lib/processes.mjs';
import { root } from '../../tools/lib/workspace.mjs';
import teardown from './global-teardown.mjs';

/** One real broker for all integration tests, on a free port. */
export default async function setup() {
  const node = { id: 1, port: await freePort(), controllerPort: await freePort() };
  const dir = mkdtempSync(join(tmpdir(), 'login-event-kafka-'));
  const broker = startBroker({
    jars: await kafkaJars(root),
    java: requireJava(),
    node,
    nodes: [node],
    dir,
    // Compaction is looked for every 15 s otherwise, and who was killed is missed after 6 s at the soonest.
    settings: { 'log.cleaner.backoff.ms': '500', 'group.min.session.timeout.ms': '1000' },
  });
  Object.assign(globalThis, { testBroker: broker, testBrokerDir: dir });
  try {
    await brokerAnswers(broker, node.port);
  } catch (error) {
    // Jest runs no teardown after a setup that failed.
    await teardown();
    throw error;
  }
  process.env.KAFKA_TEST_BROKERS = `127.0.0.1:${node.port}`;
  process.env.KAFKA_TEST_DATA = join(dir, `node-${node.id}`);
}
