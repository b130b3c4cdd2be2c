import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brokerAnswers, kafkaJars, requireJava, startBroker } from '../../tools/lib/kafka.mjs';
import { freePort } from '../../tools/lib/processes.mjs';
import { root } from '../../tools/lib/workspace.mjs';

/**
 * What every scenario is given.
 * @typedef {{
 *   java: string,
 *   dir: string,
 *   brokers: string,
 *   brokerPid: number,
 *   signal: AbortSignal,
 *   events: number,
 *   rounds: number,
 *   minutes: number,
 *   recording: boolean,
 *   nextId: () => string,
 * }} Context `nextId` names topics and groups that nobody had before
 */

/**
 * Starts the broker that everything is measured with.
 * @param {import('../../tools/lib/supervisor.mjs').Supervisor} supervisor
 * @param {Pick<Context, 'events' | 'rounds' | 'minutes' | 'recording'>} options
 * @returns {Promise<Context>}
 */
export async function startContext(supervisor, options) {
  const { signal } = supervisor;
  const java = requireJava();
  const dir = mkdtempSync(join(tmpdir(), 'login-event-bench-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  const node = { id: 1, port: await freePort(), controllerPort: await freePort() };
  const jars = await kafkaJars(root, { signal });
  const settings = {
    // Kafka's own: instances that start together join together, so that none is measured while it starts.
    'group.initial.rebalance.delay.ms': '3000',
  };
  const broker = startBroker({ jars, java, node, nodes: [node], dir, thorough: true, settings });
  supervisor.add(broker);
  await brokerAnswers(broker, node.port, { signal });
  let ids = 0;
  return {
    ...options,
    java,
    dir,
    signal,
    brokers: `127.0.0.1:${node.port}`,
    brokerPid: broker.child.pid ?? 0,
    nextId: () => String(++ids),
  };
}
