import type { Done } from '../../operations/operation.js';
import type { LetterPosition, LetterReplay } from '../letter.js';

interface Part {
  readonly operation: string;
  readonly at: number;
  readonly outcome: LetterReplay['outcome'];
  /** In their order. */
  readonly offsets: Float64Array;
}

/** Parts of operations that are remembered, the last ones; each is about some hundred letters. */
const MOST_PARTS = 20_000;

/** Which letters were replayed or parked, by which operation. */
export class ReplayHistory {
  private readonly parts = new Map<number, Part[]>();
  private count = 0;

  add({ id, at, replayed, parked }: Done): void {
    this.addPart(replayed, { operation: id, at, outcome: 'replayed' });
    this.addPart(parked, { operation: id, at, outcome: 'parked' });
  }

  of({ partition, offset }: LetterPosition): readonly LetterReplay[] {
    return (this.parts.get(partition) ?? [])
      .filter(({ offsets }) => has(offsets, offset))
      .map(({ operation, at, outcome }) => ({ operation, at: new Date(at).toISOString(), outcome }));
  }

  private addPart(letters: readonly LetterPosition[], part: Omit<Part, 'offsets'>): void {
    for (const partition of new Set(letters.map((letter) => letter.partition))) {
      const some = letters.filter((letter) => letter.partition === partition);
      const offsets = Float64Array.from(some, ({ offset }) => offset).sort();
      const parts = this.parts.get(partition) ?? [];
      parts.push({ ...part, offsets });
      this.parts.set(partition, parts);
      if (++this.count > MOST_PARTS) this.forgetOne(parts);
    }
  }

  private forgetOne(parts: Part[]): void {
    parts.shift();
    this.count--;
  }
}

function has(sorted: Float64Array, value: number): boolean {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === value;
}
