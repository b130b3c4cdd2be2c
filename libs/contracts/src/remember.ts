const MOST_REMEMBERED = 1_000;

/**
 * The function with what it found remembered, for texts of which few kinds come again and again. Forgets all when
 * that is too much, so that hostile input cannot fill the memory.
 * @param longest characters of a text that is kept
 */
export function remember<Found>(find: (text: string) => Found, longest: number): (text: string) => Found {
  const remembered = new Map<string, Found>();
  return (text) => {
    const known = remembered.get(text);
    if (known !== undefined || remembered.has(text)) return known as Found;
    const found = find(text);
    if (text.length > longest) return found;
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(text, found);
    return found;
  };
}

/**
 * The function with its last answer remembered, for what is asked about one text several times in a row.
 * @param longest characters of a text that is kept
 */
export function rememberLast<Found>(find: (text: string) => Found, longest: number): (text: string) => Found {
  let last: { readonly text: string; readonly found: Found } | undefined;
  return (text) => {
    if (text.length > longest) return find(text);
    if (last?.text !== text) last = { text, found: find(text) };
    return last.found;
  };
}
