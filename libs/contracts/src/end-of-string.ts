/** The index after the closing quote of the string that begins at `start`, in valid JSON. */
export function endOfString(text: string, start: number): number {
  let quote = start;
  let backslashes: number;
  do {
    quote = text.indexOf('"', quote + 1);
    backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\') backslashes++;
  } while (backslashes % 2 === 1);
  return quote + 1;
}
