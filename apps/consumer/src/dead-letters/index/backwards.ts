import type { Cursor } from './cursor.js';
import type { LetterColumns, Place } from './letter-columns.js';
import type { Matches } from './letter-filter.js';

export interface Found extends Place {
  readonly partition: number;
}

/** Goes through the matching letters of one partition, newest first. */
export class Backwards {
  head: Found | undefined;
  private number: number;

  constructor(
    private readonly partition: number,
    private readonly columns: LetterColumns,
    private readonly matches: Matches,
    after: Cursor | undefined,
  ) {
    this.number = after ? startBehind(after, partition, columns) : columns.length;
    this.next();
  }

  next(): void {
    this.head = undefined;
    while (this.number > 0) {
      const { chunk, index } = this.columns.place(--this.number);
      if (!this.matches(chunk, index)) continue;
      this.head = { chunk, index, partition: this.partition };
      return;
    }
  }

  isAfter(other: Backwards | undefined): boolean {
    if (!this.head) return false;
    if (!other?.head) return true;
    const [own, others] = [atOf(this.head), atOf(other.head)];
    return own > others || (own === others && this.partition > other.partition);
  }
}

/** Of letters with one time those of the higher partition come first. */
function startBehind({ at, partition, offset }: Cursor, own: number, columns: LetterColumns): number {
  if (own === partition) return columns.below('offset', offset);
  return own > partition ? columns.below('at', at) : columns.below('at', at + 1);
}

const atOf = ({ chunk, index }: Place): number => chunk.at[index] ?? 0;

export const cursorOf = ({ chunk, index, partition }: Found): Cursor => ({
  at: chunk.at[index] ?? 0,
  partition,
  offset: chunk.offset[index] ?? 0,
});
