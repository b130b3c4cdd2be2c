import { readFileSync } from 'node:fs';
import { compileFunction } from 'node:vm';

const { createRequire } = process.getBuiltinModule('node:module');
const require = createRequire(import.meta.url);

/**
 * A module of kafkajs as it was published, also where ours has taken its place. Not by way of the module cache:
 * Jest's gives the replaced module again.
 * @param globals take the place of globals of the same names: a module compiled here sees no faked ones
 */
export function stock<T>(path: string, globals: Readonly<Record<string, unknown>> = {}): T {
  const file = require.resolve(path);
  const module = { exports: {} };
  const load = compileFunction(
    readFileSync(file, 'utf8'),
    ['module', 'exports', 'require', ...Object.keys(globals)],
    {
      filename: file,
    },
  );
  (load as (...args: unknown[]) => void)(
    module,
    module.exports,
    createRequire(file),
    ...Object.values(globals),
  );
  return module.exports as T;
}

/** A module of kafkajs as the driver uses it. */
export const installed = <T>(path: string): T => require(path) as T;
