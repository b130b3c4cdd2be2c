import kafkajs from 'kafkajs';
import { createTopics } from '../../tools/lib/create-topics.mjs';
import { fillTopic } from '../../tools/lib/fill-topic.mjs';
import { events } from './events.mjs';

/** Keeps a request's record batches under 1 MiB each, however its records spread over the partitions. */
const CHUNK_BYTES = 1_000_000;
const MAX_CHUNK = 5_000;
/** Key and what surrounds it, at most. */
const RECORD_OVERHEAD = 60;

/** @param {string} brokers */
export const connect = (brokers) =>
  new kafkajs.Kafka({ brokers: [brokers], clientId: 'bench', logLevel: kafkajs.logLevel.NOTHING });

/**
 * @typedef {import('./events.mjs').EventOptions & { partitions: number }} InputOptions
 * @typedef {InputOptions & { topic: string, valid: number, bytes: number }} Input `bytes` of all values
 */

/** @type {Map<string, Promise<Input>>} what was written once serves every program and scenario */
const inputs = new Map();

/**
 * A topic of events, the same at every run.
 * @param {import('./context.mjs').Context} context
 * @param {InputOptions} options
 */
export function inputOf(context, options) {
  const topic = ['input', ...Object.values(options)].join('-');
  const input = inputs.get(topic) ?? fillInput(context, topic, options);
  inputs.set(topic, input);
  return input;
}

/** @param {import('./context.mjs').Context} context @param {string} topic @param {InputOptions} options */
async function fillInput({ brokers, signal }, topic, options) {
  console.error(`Writing ${options.count} events …`);
  const { partitions } = options;
  await withAdmin(brokers, (admin) => createTopics(admin, layoutOf({ topics: [topic], partitions }), signal));
  const input = { ...options, topic, valid: 0, bytes: 0 };
  const messages = function* () {
    for (const { key, value, valid } of events(options)) {
      if (valid) input.valid++;
      input.bytes += value.length;
      signal.throwIfAborted();
      yield { key, value };
    }
  };
  const recordBytes = (options.valueBytes ?? 220) + RECORD_OVERHEAD;
  const chunkSize = Math.min(MAX_CHUNK, Math.max(1, Math.floor(CHUNK_BYTES / recordBytes)));
  await fillTopic(connect(brokers), {
    topic,
    partitions,
    replication: 1,
    messages: messages(),
    chunkSize,
  });
  return input;
}

/**
 * Runs with an admin client and with topics that are gone afterwards.
 * @template Result
 * @param {import('./context.mjs').Context} context
 * @param {{ topics: string[], partitions: number, settings?: Record<string, string> }} options
 * @param {(admin: kafkajs.Admin) => Promise<Result>} work
 */
export function withTopics({ brokers, signal }, options, work) {
  const { topics } = options;
  return withAdmin(brokers, async (admin) => {
    await createTopics(admin, layoutOf(options), signal);
    try {
      return await work(admin);
    } finally {
      await admin.deleteTopics({ topics }).catch(() => undefined);
    }
  });
}

/**
 * @template Result
 * @param {string} brokers
 * @param {(admin: kafkajs.Admin) => Promise<Result>} work
 */
async function withAdmin(brokers, work) {
  const admin = connect(brokers).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/**
 * @param {{ topics: string[], partitions: number, settings?: Record<string, string> }} options
 * @returns {kafkajs.ITopicConfig[]}
 */
function layoutOf({ topics, partitions, settings = {} }) {
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  return topics.map((topic) => ({ topic, numPartitions: partitions, replicationFactor: 1, configEntries }));
}

/** How many records a topic has got, markers of transactions included. @param {kafkajs.Admin} admin @param {string} topic */
export async function ends(admin, topic) {
  const offsets = await admin.fetchTopicOffsets(topic);
  return offsets.reduce((sum, { high }) => sum + Number(high), 0);
}

/** Sum of a group's committed offsets. @param {kafkajs.Admin} admin @param {string} groupId @param {string} topic */
export async function committed(admin, groupId, topic) {
  const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
  return (found?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
}
