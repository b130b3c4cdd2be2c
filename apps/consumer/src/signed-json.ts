import { createHmac, timingSafeEqual } from 'node:crypto';

/** HMAC-SHA-256 of a text, lower-case hexadecimal. */
export const signatureOf = (secret: string, text: string): string =>
  createHmac('sha256', secret).update(text).digest('hex');

/** Whether two signatures are the same; how long it takes tells nothing of where they differ. */
export function isSameSignature(given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** Undefined where the bytes are no JSON; never throws. */
export function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString()) as unknown;
  } catch {
    return undefined;
  }
}
