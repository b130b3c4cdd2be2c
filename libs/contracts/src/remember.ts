const MOST_REMEMBERED = 1_000;

/**
 * The function with what it found remembered, for inputs of which few kinds come again and again. Forgets all when
 * that is too much, so that hostile input cannot fill the memory.
 * @param longest characters of a key that is kept; objects never are
 */
export function remember<Key, Found>(find: (key: Key) => Found, longest: number): (key: Key) => Found {
  const remembered = new Map<Key, Found>();
  return (key) => {
    const known = remembered.get(key);
    if (known !== undefined || remembered.has(key)) return known as Found;
    const found = find(key);
    const isShort = typeof key === 'string' ? key.length <= longest : Object(key) !== key;
    if (!isShort) return found;
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(key, found);
    return found;
  };
}
