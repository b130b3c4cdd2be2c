/** So many different ones are told apart: what others write to the topic is not to fill the memory. */
const MOST = 65_535;

/** Of all of them together. */
const MOST_BYTES = 16_777_216;

/** What all have that came when there were too many; and what is empty, as they are shown empty. */
const OTHERS = 0;

/** Bytes that come again and again, each known by a small number; found without making anything of them. */
export class Interned {
  private readonly known: Buffer[] = [Buffer.alloc(0)];
  private readonly byHash = new Map<number, number[]>();
  private bytes = 0;

  /** @param longest longer ones are not told apart */
  constructor(private readonly longest: number) {}

  get size(): number {
    return this.known.length;
  }

  /** The number of these bytes, from 1 on; 0 for what is not told apart. */
  add(bytes: Buffer, start: number, end: number): number {
    if (end <= start) return OTHERS;
    const hash = hashOf(bytes, start, end);
    const same = this.byHash.get(hash);
    const found = same?.find((id) => this.isAt(id, bytes, start, end));
    if (found !== undefined) return found;
    if (this.known.length > MOST || end - start > this.longest) return OTHERS;
    if (this.bytes + end - start > MOST_BYTES) return OTHERS;
    this.bytes += end - start;
    const id = this.known.push(Buffer.from(bytes.subarray(start, end))) - 1;
    if (same) same.push(id);
    else this.byHash.set(hash, [id]);
    return id;
  }

  /** The number of a text; undefined when it never came. */
  find(text: string): number | undefined {
    if (text === '') return OTHERS;
    const bytes = Buffer.from(text);
    return this.byHash
      .get(hashOf(bytes, 0, bytes.length))
      ?.find((id) => this.isAt(id, bytes, 0, bytes.length));
  }

  /** What has this number; empty for what is not told apart. */
  text(id: number): string {
    return this.known[id]?.toString() ?? '';
  }

  private isAt(id: number, bytes: Buffer, start: number, end: number): boolean {
    const known = this.known[id];
    return known?.length === end - start && known.compare(bytes, start, end) === 0;
  }
}

/** FNV-1a, 32 bits. */
export function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  return hash >>> 0;
}
