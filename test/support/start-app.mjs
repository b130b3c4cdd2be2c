import { join } from 'node:path';
import { freePort, launch } from '../../tools/lib/processes.mjs';
import { pinnedNode, root } from '../../tools/lib/workspace.mjs';

/**
 * A process of a built app, with an environment of its own and a free port.
 * @param {'consumer' | 'producer'} app
 * @param {{ name?: string, env: Record<string, string>, log: string, nodeOptions?: string[] }} options
 * @returns {Promise<import('../../tools/lib/processes.mjs').Managed & { url: string }>}
 */
export async function startApp(app, { name = app, env, log, nodeOptions = [] }) {
  const port = String(await freePort());
  const file = join(root, 'apps', app, 'dist', 'main.js');
  const managed = launch(name, pinnedNode(), [...nodeOptions, file], {
    log,
    env: { PATH: process.env.PATH, ...env, HTTP_PORT: port },
  });
  return { ...managed, url: `http://127.0.0.1:${port}` };
}
