import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformFile } from '@swc/core';
import { root } from '../../tools/lib/workspace.mjs';

/** What is compared. Each is configured by the pipeline's own variables. */
export const PROGRAMS = [
  { name: 'pipeline, exactly once', file: pipeline, env: { DELIVERY_GUARANTEE: 'exactly-once' } },
  { name: 'pipeline, at least once', file: pipeline, env: { DELIVERY_GUARANTEE: 'at-least-once' } },
  { name: 'plain Nest', file: plainNest, env: {} },
];

/** @returns {Promise<string>} */
function pipeline() {
  return Promise.resolve(join(root, 'apps', 'consumer', 'dist', 'main.js'));
}

/** Compiled here, because Node.js runs no decorators. @returns {Promise<string>} */
async function plainNest() {
  const { code } = await transformFile(join(root, 'bench', 'baselines', 'plain-nest.ts'), {
    jsc: {
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
      target: 'es2024',
    },
    module: { type: 'es6' },
  });
  const folder = join(root, 'bench', 'dist');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'plain-nest.mjs');
  writeFileSync(file, code);
  return file;
}
