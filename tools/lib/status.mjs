import { setTimeout as delay } from 'node:timers/promises';

/**
 * Sums of a service's metrics by name, labels put aside unless asked for.
 * @param {string} text Prometheus text
 * @param {string} name
 * @param {string} [label] for example `result="dlq"`
 */
export function sum(text, name, label = '') {
  return text
    .split('\n')
    .filter((line) => (line.startsWith(`${name}{`) || line.startsWith(`${name} `)) && line.includes(label))
    .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** @param {string} url @returns {Promise<string | undefined>} the body of a good answer */
export async function read(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    return response.ok ? await response.text() : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What the pipeline has done so far.
 * @param {{ consumer: number, producer: number }} ports
 * @returns {Promise<{ in: number, processed: number, deadLettered: number, lag: number } | undefined>}
 *   nothing while one of the two does not answer
 */
async function readStatus({ consumer, producer }) {
  const metricsOf = (/** @type {number} */ port) => read(`http://127.0.0.1:${port}/metrics`);
  const [consumed, produced] = await Promise.all([metricsOf(consumer), metricsOf(producer)]);
  if (consumed === undefined || produced === undefined) return undefined;
  return {
    in: sum(produced, 'producer_events_total'),
    processed: sum(consumed, 'kafka_messages_processed_total', 'result="success"'),
    deadLettered: sum(consumed, 'kafka_messages_processed_total', 'result="dlq"'),
    lag: sum(consumed, 'pipeline_consumer_lag_messages'),
  };
}

/**
 * Shows what the pipeline does, in place on a terminal, else line by line, until the signal.
 * @param {{ consumer: number, producer: number }} ports
 * @param {AbortSignal} signal
 */
export async function showStatus(ports, signal) {
  const { stdout } = process;
  let before = { done: 0, at: performance.now() };
  while (!signal.aborted) {
    await delay(stdout.isTTY ? 1_000 : 2_000, undefined, { signal }).catch(() => undefined);
    const status = await readStatus(ports);
    if (!status || signal.aborted) continue;
    const now = { done: status.processed + status.deadLettered, at: performance.now() };
    const rate = ((now.done - before.done) * 1_000) / (now.at - before.at);
    const line = `in ${status.in}  processed ${status.processed}  dead-lettered ${status.deadLettered}  lag ${status.lag}  ${rate.toFixed(1)} events/s`;
    // A longer line would not be overwritten by the next one; 0 columns: their number is not known.
    const end = stdout.columns > 0 ? stdout.columns - 1 : undefined;
    stdout.write(stdout.isTTY ? `\r\x1b[K${line.slice(0, end)}` : `${line}\n`);
    before = now;
  }
}
