import type { createRequire } from 'node:module';

/**
 * Puts a function in the place of one that a module exports, for everything that loads the module from now on.
 * @throws Error when the module exports something else than a function, or cannot be replaced
 */
export function replaceModule(
  require: ReturnType<typeof createRequire>,
  path: string,
  replacement: (...args: never[]) => unknown,
): void {
  const stock: unknown = require(path);
  if (typeof stock !== 'function') throw new Error(`${path} is not the function it was`);
  const cached = require.cache[require.resolve(path)];
  if (!cached) throw new Error(`${path} cannot be replaced`);
  cached.exports = replacement;
}
