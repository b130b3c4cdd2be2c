/** So many hold 49 bits, which doubles are exact for. */
const EXACT_VARINT_BYTES = 7;

/** A reading position in bytes of the record format. Reading past the end throws a RangeError. */
export class Cursor {
  constructor(
    readonly buffer: Buffer,
    public at: number,
  ) {}

  byte(): number {
    return this.buffer.readInt8(this.at++);
  }

  /** Zigzag varint; exact to 2^53, which no length, count or offset delta of a valid record passes. */
  varint(): number {
    const first = this.buffer[this.at];
    if (first !== undefined && first < 0x80) {
      this.at++;
      return (first >>> 1) ^ -(first & 1);
    }
    let result = 0;
    let scale = 1;
    for (;;) {
      const byte = this.buffer.readUInt8(this.at++);
      result += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 128;
    }
    return result % 2 === 0 ? result / 2 : -(result + 1) / 2;
  }

  /** Zigzag varint of 64 bits: clients may set a timestamp to anything. */
  varlong(): number | bigint {
    const start = this.at;
    const value = this.varint();
    if (this.at - start <= EXACT_VARINT_BYTES) return value;
    let zigzag = 0n;
    for (let i = this.at - 1; i >= start; i--) {
      zigzag = (zigzag << 7n) | BigInt(this.buffer.readUInt8(i) & 0x7f);
    }
    return BigInt.asIntN(64, (zigzag >> 1n) ^ -(zigzag & 1n));
  }

  /** Moves behind bytes that stand after their length, and returns that length; negative for null. */
  skipBytes(): number {
    const length = this.varint();
    if (length < 0) return length;
    this.at += length;
    if (this.at > this.buffer.length) throw new RangeError('the bytes end before their length');
    return length;
  }

  bytes(): Buffer | null {
    const length = this.skipBytes();
    return length < 0 ? null : this.buffer.subarray(this.at - length, this.at);
  }

  text(): string {
    return this.bytes()?.toString('utf8') ?? '';
  }
}
