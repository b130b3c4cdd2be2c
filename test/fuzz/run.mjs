// npm run test:fuzz: hostile values on the topic, hostile requests to the ports. See USAGE in fuzz.mjs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { runTestCommand } from '../../tools/lib/test-command.mjs';
import { pinnedNode, prepareWorkspace } from '../../tools/lib/workspace.mjs';

/** In a fresh clone this runs on the host's Node.js, which is too old for the pipeline's own encoder. */
async function main() {
  await prepareWorkspace();
  const file = join(import.meta.dirname, 'fuzz.mjs');
  const child = spawn(pinnedNode(), ['--no-warnings', file, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => child.kill(signal));
  }
  const [code] = await once(child, 'exit');
  return code ?? 1;
}

runTestCommand(main);
