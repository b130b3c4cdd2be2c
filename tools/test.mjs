// npm test: installs and builds what is missing, runs every test, ends with `N passed, N failed`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaJars, requireJava } from './lib/kafka.mjs';
import { runTestCommand } from './lib/test-command.mjs';
import { pinnedNode, prepareWorkspace, root } from './lib/workspace.mjs';

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
    const [code] = await once(child, 'exit');
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    const failed = numFailedTests + numRuntimeErrorTestSuites;
    console.log(`${numPassedTests} passed, ${failed} failed`);
    return code === 0 && numPassedTests > 0 && failed === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

runTestCommand(main);
