/**
 * One input event and what has to become of it. Its key is its number, and unique; outputs keep its partition.
 * @typedef {{ value: Buffer, valid: boolean, partition: number }} Expected
 * A record of an output topic, as a reader of committed records sees it, in the order of its partition.
 * @typedef {Pick<import('../../support/kcat.mjs').Found, 'partition' | 'key' | 'value'>} Found
 * @typedef {{ lost: number, doubled: number, misrouted: number, altered: number, disordered: number }} Verdict
 */

const RFC3339_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

/** @param {number} number of an event */
export const keyOf = (number) => Buffer.from(`event-${number}`);

/** @param {Buffer | null} key @returns {number} -1 for a key that is none of ours */
export const numberOf = (key) => Number(/^event-(\d+)$/.exec(key?.toString('latin1') ?? '')?.[1] ?? -1);

/**
 * Compares what came out with what went in.
 * @param {Expected[]} expected by number
 * @param {{ processed: Found[], deadLettered: Found[] }} found
 * @param {{ areLookedUp?: boolean, delayed?: ReadonlySet<number> }} [how] whether events with an address are to be
 *   enriched by what the server of the look-ups says, and which have gone through a retry topic, out of their order
 * @returns {Verdict} the number of events for each way to be wrong
 */
export function judge(
  expected,
  { processed, deadLettered },
  { areLookedUp = false, delayed = new Set() } = {},
) {
  const times = new Uint32Array(expected.length);
  const verdict = { lost: 0, doubled: 0, misrouted: 0, altered: 0, disordered: 0 };
  for (const [records, valid] of /** @type {const} */ ([
    [processed, true],
    [deadLettered, false],
  ])) {
    /** @type {Map<number, number>} */
    const last = new Map();
    for (const { partition, key, value } of records) {
      const number = numberOf(key);
      const event = expected[number];
      if (!event) {
        verdict.altered++;
        continue;
      }
      times[number] = (times[number] ?? 0) + 1;
      if (event.valid !== valid || event.partition !== partition) verdict.misrouted++;
      else if (value === null) verdict.altered++;
      else if (!(valid ? isProcessed(event.value, value, areLookedUp) : event.value.equals(value)))
        verdict.altered++;
      // As the partition is kept, so is the order of all its events.
      if (delayed.has(number)) continue;
      if (number < (last.get(partition) ?? -1)) verdict.disordered++;
      last.set(partition, number);
    }
  }
  for (const count of times) {
    if (count === 0) verdict.lost++;
    if (count > 1) verdict.doubled++;
  }
  return verdict;
}

/**
 * Where events were lost, and how many of them were written in transactions that were not committed.
 * @param {Expected[]} expected @param {Pick<Found, 'key'>[]} committed @param {Pick<Found, 'key'>[]} written
 */
export function findLost(expected, committed, written) {
  const numbersOf = (/** @type {Pick<Found, 'key'>[]} */ some) =>
    new Set(some.map(({ key }) => numberOf(key)));
  const [seen, known] = [numbersOf(committed), numbersOf(written)];
  const lost = expected
    .map(({ partition }, number) => ({ partition, number }))
    .filter(({ number }) => !seen.has(number));
  return [...new Set(lost.map(({ partition }) => partition))].map((partition) => {
    const numbers = lost.filter((one) => one.partition === partition).map(({ number }) => number);
    const notCommitted = numbers.filter((number) => known.has(number)).length;
    return { partition, lost: numbers.length, first: numbers[0], last: numbers.at(-1), notCommitted };
  });
}

/** @param {Buffer} input @param {Buffer} output @param {boolean} areLookedUp */
function isProcessed(input, output, areLookedUp) {
  const event = JSON.parse(input.toString());
  const { processed_at: processedAt, ...rest } = JSON.parse(output.toString());
  if (areLookedUp && event.ip) {
    if (rest.enrichment?.ip !== event.ip) return false;
    delete rest.enrichment;
  }
  if (typeof event.locale === 'string') event.locale = event.locale.toLowerCase();
  return RFC3339_UTC.test(processedAt) && JSON.stringify(rest) === JSON.stringify(event);
}
