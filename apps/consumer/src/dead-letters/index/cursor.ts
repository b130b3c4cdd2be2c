import type { LetterPosition } from '../letter.js';

/** The place of a letter in the list, newest first. */
export interface Cursor extends LetterPosition {
  readonly at: number;
}

const FORM = /^(\d{1,16})\.(\d{1,10})\.(\d{1,16})$/;

export const writeCursor = ({ at, partition, offset }: Cursor): string =>
  Buffer.from(`${String(Math.max(0, Math.floor(at)))}.${String(partition)}.${String(offset)}`).toString(
    'base64url',
  );

/** Undefined for a text that is no cursor. */
export function readCursor(text: string): Cursor | undefined {
  const [, at, partition, offset] = FORM.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
  if (at === undefined) return undefined;
  return { at: Number(at), partition: Number(partition), offset: Number(offset) };
}
