const MOST_REMEMBERED = 1_000;

/**
 * The function with what it found remembered, for inputs of which few kinds come again and again. Forgets all when
 * that is too much, so that hostile input cannot fill the memory.
 * @param isShort which keys may be kept
 */
export function remember<Key, Found>(
  find: (key: Key) => Found,
  isShort: (key: Key) => boolean,
): (key: Key) => Found {
  const remembered = new Map<Key, Found>();
  return (key) => {
    const known = remembered.get(key);
    if (known !== undefined || remembered.has(key)) return known as Found;
    const found = find(key);
    if (!isShort(key)) return found;
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(key, found);
    return found;
  };
}
