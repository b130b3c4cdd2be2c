import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * What became of the transactions of one producer, from the files of a broker, by Kafka's own tool: for whoever asks
 * why an event was lost.
 * @param {import('../../support/cluster.mjs').Cluster} cluster
 * @param {string} transactionalId
 * @param {readonly string[]} partitions that it writes to, `topic-partition`
 */
export async function describeTransactions(cluster, transactionalId, partitions) {
  const { classpath } = cluster;
  const folder = cluster.folderOf(1);
  const states = readdirSync(folder).filter((name) => name.startsWith('__transaction_state-'));
  const isHis = (/** @type {string} */ line) => line.includes(`"transactionalId":"${transactionalId}"`);
  const found = await Promise.all([
    ...states.map(async (name) =>
      (await dump(classpath, join(folder, name), '--transaction-log-decoder')).filter(isHis).map(payloadOf),
    ),
    ...partitions.map(async (name) => [
      name,
      ...(await dump(classpath, join(folder, name), '--deep-iteration')).flatMap(batchOf),
    ]),
  ]);
  return [transactionalId, ...found.flat()].join('\n');
}

/** @param {string} line */
const payloadOf = (line) => line.slice(line.indexOf('payload: '));

/** Of a batch of a transaction, or the end of one, what tells them apart. @param {string} line */
function batchOf(line) {
  const end = /offset: (\d+) CreateTime: (\d+) .*endTxnMarker: (\w+) coordinatorEpoch: (\d+)/.exec(line);
  if (end) return [`${end[2]} ${end[3]} at ${end[1]}, coordinator's epoch ${end[4]}`];
  const batch =
    /baseOffset: (\d+) lastOffset: (\d+) .*baseSequence: (\d+) .*producerId: (\d+) producerEpoch: (\d+) partitionLeaderEpoch: (\d+).*CreateTime: (\d+)/.exec(
      line,
    );
  if (!batch) return [];
  const [, from, to, sequence, producer, epoch, leader, time] = batch;
  return [
    `${time} ${from}-${to} from sequence ${sequence} of ${producer}/${epoch}, leader's epoch ${leader}`,
  ];
}

/** @param {string} classpath @param {string} folder @param {string} how */
async function dump(classpath, folder, how) {
  const files = readdirSync(folder).filter((name) => name.endsWith('.log'));
  const tool = ['-Xmx256m', '-cp', classpath, 'org.apache.kafka.tools.DumpLogSegments', how];
  const args = [...tool, '--files', files.map((name) => join(folder, name)).join()];
  const { stdout } = await promisify(execFile)('java', args, { maxBuffer: 1e9 });
  return stdout.split('\n');
}
