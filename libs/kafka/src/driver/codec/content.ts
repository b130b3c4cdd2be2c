import { sizeOfVarint, writeVarint } from './varint.js';

/** Bytes, or a text that is written in UTF-8; null and the empty ones differ on the wire. */
export type Content = Buffer | string | null;

/** Up to this length a loop takes less than the call of a native function. */
const SHORT = 48;

function lengthOf(content: Buffer | string): number {
  if (typeof content !== 'string') return content.length;
  const { length } = content;
  if (length > SHORT) return Buffer.byteLength(content);
  for (let i = 0; i < length; i++) if (content.charCodeAt(i) > 0x7f) return Buffer.byteLength(content);
  return length;
}

/** Bytes of what `writeBytes` writes. */
export function sizeOfBytes(content: Content): number {
  if (content === null) return 1;
  const length = lengthOf(content);
  return sizeOfVarint(length) + length;
}

/** Writes a length and as many bytes; -1 and none for null. Returns where the next byte goes. */
export function writeBytes(buffer: Buffer, content: Content, at: number): number {
  if (content === null) return writeVarint(buffer, -1, at);
  const length = lengthOf(content);
  const start = writeVarint(buffer, length, at);
  if (typeof content !== 'string') copyBytes(buffer, content, start);
  else if (length <= SHORT && length === content.length) writeAscii(buffer, content, start);
  else buffer.write(content, start, length, 'utf8');
  return start + length;
}

function copyBytes(buffer: Buffer, bytes: Buffer, start: number): void {
  if (bytes.length > SHORT) bytes.copy(buffer, start);
  else for (let i = 0; i < bytes.length; i++) buffer[start + i] = bytes[i] ?? 0;
}

function writeAscii(buffer: Buffer, text: string, start: number): void {
  for (let i = 0; i < text.length; i++) buffer[start + i] = text.charCodeAt(i);
}
