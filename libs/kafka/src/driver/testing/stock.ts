import { readFileSync } from 'node:fs';
import { compileFunction } from 'node:vm';

const { createRequire } = process.getBuiltinModule('node:module');
const require = createRequire(import.meta.url);

/**
 * A module of kafkajs as it was published, also where ours has taken its place. Not by way of the module cache:
 * Jest's gives the replaced module again.
 */
export function stock<T>(path: string): T {
  const file = require.resolve(path);
  const module = { exports: {} };
  const load = compileFunction(readFileSync(file, 'utf8'), ['module', 'exports', 'require'], {
    filename: file,
  });
  (load as (...args: unknown[]) => void)(module, module.exports, createRequire(file));
  return module.exports as T;
}

/** A module of kafkajs as the driver uses it. */
export const installed = <T>(path: string): T => require(path) as T;
