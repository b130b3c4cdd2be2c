/** @param {readonly number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** @param {readonly number[]} values */
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * The straight line through points: how much it rises from the first to the last, and how far the points lie from
 * it (standard deviation).
 * @param {readonly number[]} values
 * @param {readonly number[]} [at] where they are, in order; at equal distances when left out
 */
export function trend(values, at = values.map((_, index) => index)) {
  const [middle, average] = [mean(at), mean(values)];
  let [covariance, variance] = [0, 0];
  for (const [index, value] of values.entries()) {
    const distance = (at[index] ?? NaN) - middle;
    covariance += distance * (value - average);
    variance += distance ** 2;
  }
  const slope = covariance / variance;
  const deviations = values.map(
    (value, index) => (value - average - slope * ((at[index] ?? NaN) - middle)) ** 2,
  );
  return { rise: slope * ((at.at(-1) ?? NaN) - (at[0] ?? NaN)), noise: Math.sqrt(mean(deviations)) };
}
