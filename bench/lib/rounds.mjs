/**
 * Lets the broker work before anything is measured: what it compiles meanwhile would count for the first case alone.
 * @template {{ name: string }} Case
 * @param {import('./context.mjs').Context} context
 * @param {readonly Case[]} cases
 * @param {(one: Case) => Promise<unknown>} measure
 */
export async function warmUp({ signal }, cases, measure) {
  for (const one of cases) {
    signal.throwIfAborted();
    console.error(`Warming up the broker: ${one.name} …`);
    await measure(one);
  }
}

/**
 * Measures every case once, then every case again: what changes on the machine meanwhile meets all of them. Every
 * second round goes backwards, so that none always follows the same other.
 * @template {{ name: string }} Case
 * @param {import('./context.mjs').Context} context
 * @param {readonly Case[]} cases
 * @param {(one: Case, round: number) => Promise<import('./results.mjs').Figures>} measure
 * @returns {Promise<import('./results.mjs').Row[]>}
 */
export async function inRounds({ rounds, signal }, cases, measure) {
  /** @type {import('./results.mjs').Row[]} */
  const rows = cases.map(({ name }) => ({ name, figures: {} }));
  for (let round = 1; round <= rounds; round++) {
    const forwards = [...cases.entries()];
    for (const [index, one] of round % 2 === 0 ? forwards.toReversed() : forwards) {
      signal.throwIfAborted();
      console.error(`Round ${round} of ${rounds}: ${one.name} …`);
      for (const [figure, value] of Object.entries(await measure(one, round))) {
        (rows[index] ??= { name: one.name, figures: {} }).figures[figure] ??= [];
        rows[index].figures[figure]?.push(value);
      }
    }
  }
  return rows;
}
