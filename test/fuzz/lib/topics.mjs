const PARTITIONS = 4;

/** @typedef {{ input: string, output: string, dlq: string, group: string, partitions: number }} Topics */

/** @param {string} prefix @returns {Topics} */
export const topicsOf = (prefix) => ({
  input: `${prefix}-in`,
  output: `${prefix}-out`,
  dlq: `${prefix}-dlq`,
  group: `${prefix}-group`,
  partitions: PARTITIONS,
});

/** As an app's environment names them. @param {Topics} topics */
export const settingsOf = ({ input, output, dlq, group, partitions }) => ({
  INPUT_TOPIC: input,
  OUTPUT_TOPIC: output,
  DLQ_TOPIC: dlq,
  CONSUMER_GROUP: group,
  KAFKA_CREATE_TOPICS: [input, output, dlq].map((topic) => `${topic}:${partitions}:1`).join(),
});
