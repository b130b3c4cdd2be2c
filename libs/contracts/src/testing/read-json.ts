/** JSON in which a number is its text: nothing is lost to doubles. */
export type ExactJson = string | boolean | null | { number: string } | ExactJson[] | Map<string, ExactJson>;

/** Reads valid JSON token by token, numbers as they are spelled; of a name given twice the last one counts. */
export function readJson(text: string): ExactJson {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s[\]{}:,"]+/gs) ?? [];
  let at = 0;
  const next = (): string => tokens[at++] ?? '';

  function read(token: string): ExactJson {
    if (token === '[') return readArray();
    if (token === '{') return readObject();
    const scalar = JSON.parse(token) as string | boolean | number | null;
    return typeof scalar === 'number' ? { number: token } : scalar;
  }

  function readArray(): ExactJson[] {
    const items: ExactJson[] = [];
    for (let token = next(); token !== ']'; token = next()) if (token !== ',') items.push(read(token));
    return items;
  }

  function readObject(): Map<string, ExactJson> {
    const fields = new Map<string, ExactJson>();
    for (let token = next(); token !== '}'; token = next()) {
      if (token === ',') continue;
      next();
      fields.set(JSON.parse(token) as string, read(next()));
    }
    return fields;
  }

  return read(next());
}
