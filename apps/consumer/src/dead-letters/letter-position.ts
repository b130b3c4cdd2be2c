import type { LetterPosition } from './letter.js';

/** Tells letters apart. */
export const nameOf = ({ partition, offset }: LetterPosition): string =>
  `${String(partition)}@${String(offset)}`;

/** By partition and offset. */
export const inOrder = <Letter extends LetterPosition>(letters: readonly Letter[]): readonly Letter[] =>
  letters.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
