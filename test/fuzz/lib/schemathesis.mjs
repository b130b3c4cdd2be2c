import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../../../tools/lib/cache.mjs';
import { launch, run, stop } from '../../../tools/lib/processes.mjs';
import { root } from '../../../tools/lib/workspace.mjs';

const VERSION = '4.32.5';
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
];
const LIMIT_MS = 180_000;

/**
 * The schemathesis command, installed from PyPI the first time.
 * @param {AbortSignal} signal
 */
export async function installSchemathesis(signal) {
  const folder = join(cacheFolder(), `schemathesis-${VERSION}`);
  const command = join(folder, 'bin', 'schemathesis');
  if (existsSync(join(folder, 'installed'))) return command;
  console.error(`Installing schemathesis ${VERSION} from PyPI (once) …`);
  // A virtual environment cannot be moved, so it is made in its place, and marked when it is whole.
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(cacheFolder(), { recursive: true });
  const options = { cwd: root, signal, quiet: true };
  await run('python3', ['-m', 'venv', folder], options);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `schemathesis==${VERSION}`];
  await run(join(folder, 'bin', 'python3'), pip, options);
  writeFileSync(join(folder, 'installed'), '');
  return command;
}

/**
 * Sends what the API's description allows and what it does not, and checks the answers by it.
 * @param {string} command
 * @param {{ url: string, examples: number, seed: number, log: string, signal: AbortSignal }} options `examples` by chance of
 *   each operation, on top of those that its description calls for
 * @returns {Promise<string[]>} what it found
 */
export async function schemathesis(command, { url, examples, seed, log, signal }) {
  const args = ['run', `${url}/openapi.json`, '--seed', String(seed), '--max-examples', String(examples)];
  // One worker: with threads, CPython 3.11 loses count of its own recursion.
  const bounds = ['--phases', 'examples,coverage,fuzzing', '--request-timeout', '20', '--workers', '1'];
  const style = ['--continue-on-failure', '--no-shrink', '--no-color', '--suppress-health-check', 'all'];
  const managed = launch('schemathesis', command, [...args, ...bounds, ...style, '--checks', CHECKS.join()], {
    log,
    // It leaves a cache in its folder.
    cwd: dirname(log),
  });
  const abort = () => void stop(managed, 1_000);
  const timer = setTimeout(abort, LIMIT_MS);
  signal.addEventListener('abort', abort);
  await managed.ended;
  clearTimeout(timer);
  signal.removeEventListener('abort', abort);
  const { exitCode } = managed.child;
  return exitCode === 0 ? [] : [`exit code ${exitCode ?? 'none'}; what it found is in ${log}`];
}
