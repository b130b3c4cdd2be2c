import { waitFor } from './processes.mjs';

/**
 * The least that each app needs; docs/SECURITY-KAFKA.md explains every line, and the tests show that one less is
 * too little. Read and Write bring Describe with them.
 * @typedef {{ principal: string, resource: 'TOPIC' | 'GROUP' | 'TRANSACTIONAL_ID', name: string, prefix?: boolean, operation: 'READ' | 'WRITE' | 'DELETE' }} Acl
 * @param {{ inputTopic: string, outputTopic: string, dlqTopic: string, consumerGroup: string }} names
 * @param {{ consumer: string, producer: string }} users
 * @returns {Acl[]}
 */
export function leastAcls({ inputTopic, outputTopic, dlqTopic, consumerGroup }, { consumer, producer }) {
  const of = (/** @type {string} */ user) => `User:${user}`;
  return [
    { principal: of(consumer), resource: 'TOPIC', name: inputTopic, operation: 'READ' },
    { principal: of(consumer), resource: 'TOPIC', name: outputTopic, operation: 'WRITE' },
    { principal: of(consumer), resource: 'TOPIC', name: dlqTopic, operation: 'WRITE' },
    // Events that are tried again wait there: topics named input-retry-1 and so on.
    ...READ_WRITE.map((operation) => ({
      ...{ principal: of(consumer), resource: /** @type {const} */ ('TOPIC') },
      ...{ name: `${inputTopic}-retry-`, prefix: true, operation },
    })),
    { principal: of(consumer), resource: 'GROUP', name: consumerGroup, operation: 'READ' },
    // One transactional id for each input partition, named group/topic/partition.
    {
      principal: of(consumer),
      resource: 'TRANSACTIONAL_ID',
      name: `${consumerGroup}/`,
      prefix: true,
      operation: 'WRITE',
    },
    // The group's own topics: what commands it, and what was commanded. Instances read and write both.
    ...OWN_TOPICS.flatMap((suffix) =>
      READ_WRITE.map((operation) => ({
        ...{ principal: of(consumer), resource: /** @type {const} */ ('TOPIC') },
        ...{ name: `${consumerGroup}-${suffix}`, operation },
      })),
    ),
    { principal: of(producer), resource: 'TOPIC', name: inputTopic, operation: 'WRITE' },
  ];
}

/**
 * What looking at dead letters, replaying, parking and purging them needs of the consumer besides; without it the
 * pipeline works all the same.
 * @param {{ inputTopic: string, dlqTopic: string, consumerGroup: string }} names
 * @param {string} consumer
 * @returns {Acl[]}
 */
export function operationAcls({ inputTopic, dlqTopic, consumerGroup }, consumer) {
  const principal = `User:${consumer}`;
  /** @type {(name: string, ...operations: Acl['operation'][]) => Acl[]} */
  const topic = (name, ...operations) =>
    operations.map((operation) => ({ principal, resource: 'TOPIC', name, operation }));
  return [
    ...topic(dlqTopic, 'READ', 'DELETE'),
    ...topic(inputTopic, 'WRITE'),
    ...topic(`${consumerGroup}-operations`, 'READ', 'WRITE'),
    ...topic(`${dlqTopic}-parking`, 'WRITE'),
    // One for each operation: whoever has it is the one that runs it.
    {
      principal,
      resource: 'TRANSACTIONAL_ID',
      name: `${consumerGroup}-operation-`,
      prefix: true,
      operation: 'WRITE',
    },
  ];
}

/** As a group with a name that topics may have names its own topics. */
const OWN_TOPICS = ['control', 'audit'];
const READ_WRITE = /** @type {const} */ (['READ', 'WRITE']);

/** Numbers of the protocol: org.apache.kafka.common.resource.ResourceType, .acl.AclOperation and so on. */
const RESOURCES = { TOPIC: 2, GROUP: 3, TRANSACTIONAL_ID: 5 };
const OPERATIONS = { READ: 3, WRITE: 4, DELETE: 6 };
const ALLOW = 3;
const LITERAL = 3;
const PREFIXED = 4;

const REVOKE_MS = 60_000;

/** @param {Acl} acl */
const toEntry = ({ principal, resource, name, prefix = false, operation }) => ({
  resourceType: RESOURCES[resource],
  resourceName: name,
  resourcePatternType: prefix ? PREFIXED : LITERAL,
  principal,
  host: '*',
  operation: OPERATIONS[operation],
  permissionType: ALLOW,
});

/** @param {import('kafkajs').Kafka} kafka as a user who may @param {Acl[]} acls */
export const grant = (kafka, acls) =>
  withAdmin(kafka, (admin) => admin.createAcls({ acl: acls.map(toEntry) }));

/**
 * Takes rights away, and waits until the broker goes by that.
 * @param {import('kafkajs').Kafka} kafka as a user who may
 * @param {Acl[]} acls
 */
export const revoke = (kafka, acls) =>
  withAdmin(kafka, async (admin) => {
    const filters = acls.map(toEntry);
    await admin.deleteAcls({ filters });
    for (const filter of filters) {
      const isGone = async () => (await admin.describeAcls(filter)).resources.length === 0;
      await waitFor(isGone, { timeoutMs: REVOKE_MS, what: `${filter.resourceName} is not allowed any more` });
    }
  });

/**
 * @param {import('kafkajs').Kafka} kafka
 * @param {(admin: import('kafkajs').Admin) => Promise<unknown>} work
 */
async function withAdmin(kafka, work) {
  const admin = kafka.admin();
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.disconnect();
  }
}
