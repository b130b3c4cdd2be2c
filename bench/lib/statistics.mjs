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
 * The straight line through points at equal distances: how much it rises from the first to the last, and how far
 * the points lie from it (standard deviation).
 * @param {readonly number[]} values
 */
export function trend(values) {
  const [middle, average] = [(values.length - 1) / 2, mean(values)];
  let [covariance, variance] = [0, 0];
  for (const [index, value] of values.entries()) {
    covariance += (index - middle) * (value - average);
    variance += (index - middle) ** 2;
  }
  const slope = covariance / variance;
  const deviations = values.map((value, index) => (value - average - slope * (index - middle)) ** 2);
  return { rise: slope * (values.length - 1), noise: Math.sqrt(mean(deviations)) };
}
