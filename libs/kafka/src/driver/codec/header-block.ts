import type { HeaderBlock, KafkaHeader, OutgoingHeaders } from '../../record.js';
import { sizeOfBytes, writeBytes } from './content.js';
import { sizeOfVarint, writeVarint } from './varint.js';

/** @param headers not to be changed any more */
export function headerBlock(headers: readonly KafkaHeader[]): HeaderBlock {
  const bytes = Buffer.allocUnsafe(sizeOfEach(headers));
  writeEach(bytes, headers, 0);
  return { headers, bytes };
}

/** All of them one by one. */
export const flatHeaders = (headers: OutgoingHeaders): KafkaHeader[] =>
  headers.flatMap((one) => (isBlock(one) ? one.headers : [one]));

/** Bytes of what `writeHeaders` writes. */
export const sizeOfHeaders = (headers: OutgoingHeaders): number =>
  sizeOfVarint(countOf(headers)) + sizeOfEach(headers);

/** Writes the headers of a record after their count. Returns where the next byte goes. */
export const writeHeaders = (buffer: Buffer, headers: OutgoingHeaders, start: number): number =>
  writeEach(buffer, headers, writeVarint(buffer, countOf(headers), start));

const isBlock = (one: KafkaHeader | HeaderBlock): one is HeaderBlock => !Array.isArray(one);

// Taken apart by their indices: iterators would be most of what many headers leave to collect.

function countOf(headers: OutgoingHeaders): number {
  let count = 0;
  for (let i = 0; i < headers.length; i++) {
    const one = headers[i] as KafkaHeader | HeaderBlock;
    count += isBlock(one) ? one.headers.length : 1;
  }
  return count;
}

function sizeOfEach(headers: OutgoingHeaders): number {
  let size = 0;
  for (let i = 0; i < headers.length; i++) {
    const one = headers[i] as KafkaHeader | HeaderBlock;
    size += isBlock(one) ? one.bytes.length : sizeOfBytes(one[0]) + sizeOfBytes(one[1]);
  }
  return size;
}

function writeEach(buffer: Buffer, headers: OutgoingHeaders, start: number): number {
  let at = start;
  for (let i = 0; i < headers.length; i++) {
    const one = headers[i] as KafkaHeader | HeaderBlock;
    if (isBlock(one)) at += one.bytes.copy(buffer, at);
    else at = writeBytes(buffer, one[1], writeBytes(buffer, one[0], at));
  }
  return at;
}
