import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { run } from './processes.mjs';

export const root = resolve(import.meta.dirname, '..', '..');

const PROJECTS = ['libs/contracts', 'libs/ops', 'libs/kafka', 'apps/consumer', 'apps/producer'];

/** Makes what a fresh clone lacks: node_modules from the lock file, dist from the sources. */
export async function prepareWorkspace() {
  await installIfMissing();
  await buildIfStale();
}

/** The pinned Node.js, which runs the apps whatever the host has. */
export const pinnedNode = () => {
  const pinned = join(root, 'node_modules', 'node', 'bin', 'node');
  return existsSync(pinned) ? pinned : process.execPath;
};

async function installIfMissing() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  const isFresh =
    existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
  if (isFresh) return;
  console.error('Installing packages (npm ci) …');
  await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root });
}

async function buildIfStale() {
  const stale = PROJECTS.some((project) => {
    const entry = join(root, project, 'dist', project.startsWith('apps') ? 'main.js' : 'index.js');
    return !existsSync(entry) || statSync(entry).mtimeMs < newest(join(root, project, 'src'));
  });
  if (!stale) return;
  console.error('Building …');
  await run('npm', ['run', '--silent', 'build'], { cwd: root });
}

/** @param {string} folder @returns {number} when its newest source was changed */
function newest(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts'))
    .reduce((latest, entry) => Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs), 0);
}
