// npm test: installs and builds what is missing, runs every test, ends with `N passed, N failed`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaJars, requireJava } from './lib/kafka.mjs';
import { isRunning, waitFor } from './lib/processes.mjs';
import { runTestCommand } from './lib/test-command.mjs';
import { pinnedNode, prepareWorkspace, root } from './lib/workspace.mjs';

/** How long the runner may take to end once its report is written. */
const EXIT_LIMIT_MS = 60_000;

/**
 * The runner's exit code; 1 when something that a test has left keeps it from ending.
 * @param {import('node:child_process').ChildProcess} child
 * @param {string} report the file that it writes
 * @returns {Promise<number>}
 */
async function exitCode(child, report) {
  const ended = once(child, 'exit');
  const reported = () => existsSync(report) || !isRunning({ child });
  await waitFor(reported, { timeoutMs: Infinity, what: 'the report of the tests' });
  const limit = setTimeout(() => {
    console.error('The tests are done, but something that one of them left running keeps them from ending.');
    child.kill('SIGKILL');
  }, EXIT_LIMIT_MS);
  const [code] = await ended;
  clearTimeout(limit);
  return code ?? 1;
}

async function main() {
  requireJava();
  await prepareWorkspace();
  await kafkaJars(root);
  const folder = mkdtempSync(join(tmpdir(), 'login-event-tests-'));
  try {
    const report = join(folder, 'report.json');
    const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
    const args = ['--experimental-vm-modules', '--no-warnings', jest, '--json', `--outputFile=${report}`];
    const child = spawn(pinnedNode(), [...args, ...process.argv.slice(2)], {
      cwd: root,
      // The report is read from its file; on the terminal only the progress is of use.
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const code = await exitCode(child, report);
    const { numPassedTests, ...not } = JSON.parse(readFileSync(report, 'utf8'));
    // What was skipped has shown nothing, and a run that ends badly for another reason has failed, too.
    const unmet = not.numFailedTests + not.numRuntimeErrorTestSuites + not.numPendingTests + not.numTodoTests;
    const failed = unmet === 0 && (code !== 0 || numPassedTests === 0) ? 1 : unmet;
    console.log(`${numPassedTests} passed, ${failed} failed`);
    return failed === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

runTestCommand(main);
