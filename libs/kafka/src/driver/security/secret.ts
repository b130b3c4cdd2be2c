import { readFileSync } from 'node:fs';
import { SecurityError } from './security-error.js';

/** A secret as it stands in the settings, or in a file that is read anew whenever the secret is needed. */
export type Secret = { readonly value: string } | { readonly file: string };

/** @throws SecurityError when its file cannot be read or is empty */
export function reveal(secret: Secret): string {
  if ('value' in secret) return secret.value;
  let text: string;
  try {
    // Editors and `echo` end a file with a newline, which is no part of a secret.
    text = readFileSync(secret.file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new SecurityError('FILE_UNREADABLE', error);
  }
  if (text === '') throw new SecurityError('FILE_UNREADABLE');
  return text;
}
