const { createRequire } = process.getBuiltinModule('node:module');
const require = createRequire(import.meta.url);

/** A module of kafkajs as it was published, also where our codec has taken its place. */
export function stock<T>(path: string): T {
  const file = require.resolve(path);
  const cached = require.cache[file];
  Reflect.deleteProperty(require.cache, file);
  try {
    return require(path) as T;
  } finally {
    Reflect.deleteProperty(require.cache, file);
    if (cached) require.cache[file] = cached;
  }
}

/** A module of kafkajs as the driver uses it. */
export const installed = <T>(path: string): T => require(path) as T;
