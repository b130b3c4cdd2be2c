import { createHmac, timingSafeEqual } from 'node:crypto';

/** What CONTROL_SECRET holds: the first one signs and all verify, so that one can take the place of another. */
export const secretsOf = (given: string): readonly string[] => given.split(',').map((one) => one.trim());

/** HMAC-SHA-256 of a text, lower-case hexadecimal. */
export const signatureOf = (secrets: string, text: string): string =>
  hmac(secretsOf(secrets)[0] ?? '', text).toString('hex');

/** Whether one of the secrets has signed the text; how long it takes tells nothing of where signatures differ. */
export function isSigned(secrets: string, text: string, signature: string): boolean {
  const given = Buffer.from(signature);
  return secretsOf(secrets).some((secret) => {
    const wanted = Buffer.from(hmac(secret, text).toString('hex'));
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  });
}

const hmac = (secret: string, text: string): Buffer => createHmac('sha256', secret).update(text).digest();

/** Undefined where the bytes are no JSON; never throws. */
export function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString()) as unknown;
  } catch {
    return undefined;
  }
}
