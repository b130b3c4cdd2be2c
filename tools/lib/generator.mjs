// The producer's own generator, for tools that need its events. To be imported once everything is built.
import { join } from 'node:path';
import { root } from './workspace.mjs';

const folder = join(root, 'apps', 'producer', 'dist', 'generator');

// By paths that the type checker does not follow: it must not depend on what was built.
export const { LoginGenerator } =
  /** @type {typeof import('../../apps/producer/src/generator/login-generator.js')} */
  (await import(join(folder, 'login-generator.js')));
export const { Random } =
  /** @type {typeof import('../../apps/producer/src/generator/random.js')} */
  (await import(join(folder, 'random.js')));
export const { INVALID_KINDS } =
  /** @type {typeof import('../../apps/producer/src/generator/invalid-kinds.js')} */
  (await import(join(folder, 'invalid-kinds.js')));
