import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';

/** A folder that nobody but its owner can look into, also when it was there before. @param {string} path */
export function secretFolder(path) {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
}

/** Readable by its owner alone, also when it was there before. @param {string} file @param {string} text */
export function writeSecret(file, text) {
  if (existsSync(file)) chmodSync(file, 0o600);
  writeFileSync(file, text, { mode: 0o600 });
}
