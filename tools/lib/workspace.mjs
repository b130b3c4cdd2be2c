import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { run } from './processes.mjs';

export const root = resolve(import.meta.dirname, '..', '..');

const PROJECTS = [
  'libs/contracts',
  'libs/ops',
  'libs/kafka',
  'apps/consumer',
  'apps/producer',
  'apps/console',
];

/**
 * Makes what a fresh clone lacks: node_modules from the lock file, dist from the sources.
 * @param {{ signal?: AbortSignal | undefined }} [options]
 */
export async function prepareWorkspace({ signal } = {}) {
  if (!isInstalled()) {
    console.error('Installing packages (npm ci) …');
    // Errors only: the host's Node.js may be older than what some of the packages want, which is not used.
    await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, signal });
  }
  const stale = PROJECTS.filter(isStale);
  if (stale.length === 0) return;
  console.error(`Building ${stale.join(', ')} …`);
  try {
    await run('npm', ['run', '--silent', 'build'], { cwd: root, signal });
  } catch (error) {
    // The compiler writes its output also when it finds errors: the next start must not take it for good.
    for (const project of stale) rmSync(entryOf(project), { force: true });
    throw error;
  }
}

/** The pinned Node.js, which runs the apps whatever the host has. */
export const pinnedNode = () => {
  const pinned = join(root, 'node_modules', 'node', 'bin', 'node');
  return existsSync(pinned) ? pinned : process.execPath;
};

/**
 * Whether node_modules holds what the lock file names. Their times tell nothing: git gives a file that it
 * writes the time of the checkout.
 */
function isInstalled() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  const found = packagesOf(installed);
  return Object.entries(packagesOf(join(root, 'package-lock.json'))).every(
    ([path, { version, optional, devOptional }]) =>
      !path.startsWith('node_modules/') || // this repository itself
      (found[path] ? found[path].version === version : optional || devOptional),
  );
}

/**
 * @param {string} lockFile
 * @returns {Record<string, { version?: string, optional?: boolean, devOptional?: boolean }>}
 */
const packagesOf = (lockFile) => JSON.parse(readFileSync(lockFile, 'utf8')).packages;

/** @param {string} project */
function entryOf(project) {
  const isApp = project.startsWith('apps/');
  const name = project === 'apps/console' ? 'index.html' : isApp ? 'main.js' : 'index.js';
  return join(root, project, 'dist', name);
}

/** @param {string} project */
function isStale(project) {
  const entry = entryOf(project);
  return !existsSync(entry) || statSync(entry).mtimeMs < newest(join(root, project, 'src'));
}

/** @param {string} folder @returns {number} when its newest source was changed */
function newest(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(
      (entry) => entry.isFile() && /\.(?:tsx?|css)$/.test(entry.name) && !entry.name.endsWith('.spec.ts'),
    )
    .reduce((latest, entry) => Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs), 0);
}
