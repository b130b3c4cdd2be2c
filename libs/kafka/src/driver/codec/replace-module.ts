import type { createRequire } from 'node:module';

/**
 * Puts a function or class in the place of the one that a module exports, for everything that loads the module
 * from now on.
 * @param make gives the replacement for the stock one
 * @throws Error when the module exports something else than a function, or cannot be replaced
 */
export function replaceModule<Stock>(
  require: ReturnType<typeof createRequire>,
  path: string,
  make: (stock: Stock) => unknown,
): void {
  const stock: unknown = require(path);
  if (typeof stock !== 'function') throw new Error(`${path} is not the function it was`);
  const cached = require.cache[require.resolve(path)];
  if (!cached) throw new Error(`${path} cannot be replaced`);
  cached.exports = make(stock as Stock);
}

/**
 * For what is there for speed alone: where it cannot be put in place, what is stock stays.
 * @param otherwise what is the case then, for the warning
 */
export function orStock(otherwise: string, install: () => void): void {
  try {
    install();
  } catch (error) {
    const [reason = ''] = String(error).split('\n');
    process.emitWarning(`${otherwise}, as kafkajs has it: ${reason}`);
  }
}
