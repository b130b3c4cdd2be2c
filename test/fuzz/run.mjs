// npm run test:fuzz: hostile values on the topic, hostile requests to the ports. See USAGE in fuzz.mjs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { UserError } from '../../tools/lib/processes.mjs';
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

main()
  .then((code) => process.exit(code))
  .catch((error) => {
    console.error(error instanceof UserError ? error.message : error);
    console.log('0 passed, 1 failed');
    process.exit(1);
  });
