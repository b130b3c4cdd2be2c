const COUNT = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const SMALL = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** 12,345; from a million on 1.2M. */
export const formatCount = (count: number): string =>
  Math.abs(count) < 1_000_000 ? COUNT.format(count) : COMPACT.format(count);

/** Events per second: 0.4, 12.5, 4,321. */
export const formatRate = (rate: number): string => (rate < 100 ? SMALL.format(rate) : formatCount(rate));

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const;

/** The two largest units: `3m 20s`, `2d 4h`, `0s`. */
export function formatDuration(seconds: number): string {
  let left = Math.max(0, Math.round(seconds));
  const parts: string[] = [];
  for (const [unit, length] of UNITS) {
    const count = Math.floor(left / length);
    left %= length;
    if (count > 0) parts.push(`${count}${unit}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(' ') || '0s';
}

/** In the reader's own zone, to the second: `2026-11-25 21:04:09`. */
export function formatTime(iso: string | null): string {
  if (iso === null) return '–';
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return '–';
  const two = (part: number) => String(part).padStart(2, '0');
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** How long ago, or until when: `in 14m 59s`, `3m 20s ago`. */
export function formatDistance(iso: string, now: number): string {
  const seconds = (Date.parse(iso) - now) / 1_000;
  return seconds > 0 ? `in ${formatDuration(seconds)}` : `${formatDuration(-seconds)} ago`;
}

/** `0-2, 5` of 0, 1, 2 and 5. */
export function formatPartitions(partitions: readonly number[]): string {
  const sorted = [...new Set(partitions)].sort((a, b) => a - b);
  const runs: [first: number, last: number][] = [];
  for (const partition of sorted) {
    const run = runs.at(-1);
    if (run && run[1] === partition - 1) run[1] = partition;
    else runs.push([partition, partition]);
  }
  return runs.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(', ');
}

/** What `formatPartitions` writes, read; undefined for what is none. Empty means all. */
export function parsePartitions(text: string): readonly number[] | undefined {
  const partitions = new Set<number>();
  for (const part of text.split(',').map((piece) => piece.trim())) {
    if (part === '') continue;
    const [, first, last = first] = /^(\d{1,6})(?:\s*-\s*(\d{1,6}))?$/.exec(part) ?? [];
    if (first === undefined || last === undefined) return undefined;
    // More than any topic has would only fill the memory.
    if (Number(last) < Number(first) || Number(last) - Number(first) > 10_000) return undefined;
    for (let number = Number(first); number <= Number(last); number += 1) partitions.add(number);
  }
  return [...partitions].sort((a, b) => a - b);
}
