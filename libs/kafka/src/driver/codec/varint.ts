/** Zigzag varints of integers up to 2^52 either side; bit operations cover 30 bits, arithmetic the rest. */
export function sizeOfVarint(value: number): number {
  let zigzag = value < 0 ? -2 * value - 1 : 2 * value;
  let size = 1;
  while (zigzag >= 128) {
    zigzag = Math.floor(zigzag / 128);
    size++;
  }
  return size;
}

/** Writes at `at` and returns where the next byte goes. */
export function writeVarint(buffer: Buffer, value: number, at: number): number {
  if (value >= 0 && value < 0x2000_0000) {
    // Lengths and deltas are nearly all like this.
    let zigzag = value << 1;
    while (zigzag > 127) {
      buffer[at++] = (zigzag & 127) | 128;
      zigzag >>>= 7;
    }
    buffer[at++] = zigzag;
    return at;
  }
  let zigzag = value < 0 ? -2 * value - 1 : 2 * value;
  while (zigzag >= 128) {
    buffer[at++] = (zigzag % 128) + 128;
    zigzag = Math.floor(zigzag / 128);
  }
  buffer[at++] = zigzag;
  return at;
}
