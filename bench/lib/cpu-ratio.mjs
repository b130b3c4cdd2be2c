import { UserError } from '../../tools/lib/processes.mjs';

/** How much worse than recorded the ratio may be. */
const TOLERANCE = 1.25;

/**
 * CPU per event of the first row over that of the second, each in its best round, the one least
 * disturbed by what else the machine does. NaN without rows.
 * @param {import('./results.mjs').Row[]} rows
 */
export function cpuRatio(rows) {
  const [first = NaN, second = NaN] = rows.map(({ figures }) => Math.min(...(figures.cpuMicros ?? [NaN])));
  return first / second;
}

/**
 * What to say of a ratio next to the recorded one.
 * @param {number} now
 * @param {number} recorded
 * @returns {string} @throws UserError when it is too much worse, or not comparable
 */
export function compareRatios(now, recorded) {
  if (Number.isNaN(recorded)) throw new UserError('nothing is recorded to compare with: add --record');
  const said = `CPU per event: ${now.toFixed(2)} times the kafkajs loop's; recorded ${recorded.toFixed(2)} times`;
  if (now <= recorded * TOLERANCE) return said;
  throw new UserError(`${said}. That is worse by more than 25 %.`);
}
