/** What Java writes around blocks of snappy: a mark, two version numbers, then every block with its length. */
const MARK = Buffer.from('\u0082SNAPPY\0', 'latin1');
const HEADER = Buffer.concat([MARK, Buffer.from([0, 0, 0, 1, 0, 0, 0, 1])]);
/** As Java's. */
const BLOCK_BYTES = 32 * 1_024;

/** The raw blocks of Java's framing; librdkafka writes one block without any. @throws RangeError where bytes are missing */
export function snappyBlocks(bytes: Buffer): Buffer[] {
  if (!bytes.subarray(0, MARK.length).equals(MARK)) return [bytes];
  const blocks: Buffer[] = [];
  for (let at = HEADER.length; at < bytes.length;) {
    const start = at + 4;
    at = start + bytes.readUInt32BE(at);
    if (at > bytes.length) throw new RangeError('a block of snappy is cut off');
    blocks.push(bytes.subarray(start, at));
  }
  return blocks;
}

/** Java's framing around the compressed blocks of `bytes`, which every client reads. */
export async function snappyFrame(
  bytes: Buffer,
  compress: (block: Buffer) => Promise<Buffer>,
): Promise<Buffer> {
  const blocks: Promise<Buffer>[] = [];
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    blocks.push(compress(bytes.subarray(at, at + BLOCK_BYTES)));
  }
  const compressed = await Promise.all(blocks);
  return Buffer.concat([
    HEADER,
    ...compressed.flatMap((block) => {
      const size = Buffer.alloc(4);
      size.writeUInt32BE(block.length);
      return [size, block];
    }),
  ]);
}
