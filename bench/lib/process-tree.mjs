// What the kernel says of a child and of all that it started. Linux only.
import { readdirSync, readFileSync } from 'node:fs';

/** Of the kernel's accounting: sysconf(_SC_CLK_TCK). */
const TICKS_PER_SECOND = 100;

/** Seconds of user and system time so far, of children that ended too. @param {number} leader */
export function cpuSeconds(leader) {
  const ticks = groupOf(leader).flatMap(({ stat }) => stat.slice(11, 15).map(Number));
  return ticks.reduce((sum, one) => sum + one, 0) / TICKS_PER_SECOND;
}

/** Most memory that was resident at once; of several processes the sum of their peaks. @param {number} leader */
export const peakMemoryMb = (leader) => memoryMb(leader, /^VmHWM:\s+(\d+) kB$/m);

/** Memory that is resident now. @param {number} leader */
export const residentMemoryMb = (leader) => memoryMb(leader, /^VmRSS:\s+(\d+) kB$/m);

/** @param {number} leader @param {RegExp} line */
function memoryMb(leader, line) {
  const kilobytes = groupOf(leader).map(({ pid }) => Number(line.exec(read(pid, 'status'))?.[1] ?? 0));
  return kilobytes.reduce((sum, one) => sum + one, 0) / 1_000;
}

/** The processes of a process group, which is what `launch` starts a child in. @param {number} leader */
function groupOf(leader) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({ pid, stat: fields(read(pid, 'stat')) }))
    .filter(({ stat }) => stat[2] === String(leader));
}

/** The fields after the command, which is in parentheses and may contain anything. @param {string} stat */
const fields = (stat) => stat.slice(stat.lastIndexOf(')') + 2).split(' ');

/** Empty for a process that has just ended. @param {string} pid @param {string} file */
function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
