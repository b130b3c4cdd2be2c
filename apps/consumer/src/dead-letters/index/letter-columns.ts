import type { LetterFields } from './letter-fields.js';

/** Small enough for thousands of partitions with few letters each. */
const CHUNK = 1_024;

/** Bits of `flags`. */
export const REPLAYED = 1;
export const PARKED = 2;

/** So many letters, side by side: 48 bytes each. */
export class Chunk {
  readonly offset = new Float64Array(CHUNK);
  /** By which letters of several partitions are ordered; never less than that of the letter before. */
  readonly at = new Float64Array(CHUNK);
  readonly failedAt = new Float64Array(CHUNK);
  readonly originOffset = new Float64Array(CHUNK);
  readonly partition = new Int32Array(CHUNK);
  readonly keyHash = new Uint32Array(CHUNK);
  readonly reason = new Uint16Array(CHUNK);
  readonly violations = new Uint16Array(CHUNK);
  readonly topic = new Uint16Array(CHUNK);
  readonly replays = new Uint8Array(CHUNK);
  readonly flags = new Uint8Array(CHUNK);
}

/** Where a letter stands: valid until letters are dropped. */
export interface Place {
  readonly chunk: Chunk;
  readonly index: number;
}

/** The letters of one partition in the order of their offsets; added at the end, dropped at the beginning. */
export class LetterColumns {
  private chunks: Chunk[] = [];
  /** Place of the first letter in the first chunk. */
  private first = 0;
  private count = 0;

  get length(): number {
    return this.count;
  }

  /** By which the oldest one is ordered; Infinity without any. */
  get oldestAt(): number {
    return this.count === 0 ? Infinity : this.value('at', 0);
  }

  /** @param now nothing is ordered later than this, whatever it says of itself */
  add(fields: LetterFields, now: number): void {
    const newest = this.count === 0 ? 0 : this.value('at', this.count - 1);
    const end = this.first + this.count;
    const chunk = (this.chunks[Math.floor(end / CHUNK)] ??= new Chunk());
    const index = end % CHUNK;
    chunk.offset[index] = fields.offset;
    chunk.at[index] = Math.max(newest, Math.min(fields.failedAt, now));
    chunk.failedAt[index] = fields.failedAt;
    chunk.originOffset[index] = fields.originOffset;
    chunk.partition[index] = fields.partition;
    chunk.keyHash[index] = fields.keyHash;
    chunk.reason[index] = fields.reason;
    chunk.violations[index] = fields.violations;
    chunk.topic[index] = fields.topic;
    chunk.replays[index] = fields.replays;
    chunk.flags[index] = 0;
    this.count++;
  }

  /** Drops the oldest `many`. */
  drop(many: number): void {
    this.first += Math.min(many, this.count);
    this.count -= Math.min(many, this.count);
    const unused = Math.floor(this.first / CHUNK);
    if (unused === 0) return;
    this.chunks = this.chunks.slice(unused);
    this.first %= CHUNK;
  }

  place(number: number): Place {
    const at = this.first + number;
    return { chunk: this.chunks[Math.floor(at / CHUNK)] as Chunk, index: at % CHUNK };
  }

  /** How many letters have less in this column, whose values never fall. */
  below(column: 'offset' | 'at', value: number): number {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.value(column, middle) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The number of the letter with this offset; undefined without one. */
  find(offset: number): number | undefined {
    const number = this.below('offset', offset);
    return number < this.count && this.value('offset', number) === offset ? number : undefined;
  }

  private value(column: 'offset' | 'at', number: number): number {
    const { chunk, index } = this.place(number);
    return chunk[column][index] ?? 0;
  }
}
