/**
 * Sums of a service's metrics by name, labels put aside unless asked for.
 * @param {string} text Prometheus text
 * @param {string} name
 * @param {string} [label] for example `result="dlq"`
 */
function sum(text, name, label = '') {
  return text
    .split('\n')
    .filter((line) => (line.startsWith(`${name}{`) || line.startsWith(`${name} `)) && line.includes(label))
    .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** @param {string} url @returns {Promise<string>} '' while nothing answers */
export async function read(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    return response.ok ? await response.text() : '';
  } catch {
    return '';
  }
}

/**
 * What the pipeline has done so far.
 * @param {{ consumer: number, producer: number }} ports
 */
export async function readStatus({ consumer, producer }) {
  const [consumed, produced] = await Promise.all(
    [consumer, producer].map((port) => read(`http://127.0.0.1:${port}/metrics`)),
  );
  return {
    in: sum(produced ?? '', 'producer_events_total'),
    processed: sum(consumed ?? '', 'kafka_messages_processed_total', 'result="success"'),
    deadLettered: sum(consumed ?? '', 'kafka_messages_processed_total', 'result="dlq"'),
    lag: sum(consumed ?? '', 'pipeline_consumer_lag_messages'),
  };
}

/**
 * @param {Awaited<ReturnType<typeof readStatus>>} status
 * @param {number} rate events/s
 */
export const statusLine = (status, rate) =>
  `in ${status.in}  processed ${status.processed}  dead-lettered ${status.deadLettered}  lag ${status.lag}  ${rate.toFixed(1)} events/s`;
