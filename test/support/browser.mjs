import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const isRoot = process.getuid?.() === 0;

/** A real Chromium, without a window. Where there is none, Debian's is installed, which takes root. */
export function launchBrowser() {
  return chromium.launch({
    executablePath: findBrowser() ?? installBrowser(),
    // Chromium's sandbox does not start as root.
    args: isRoot ? ['--no-sandbox'] : [],
  });
}

const findBrowser = () => PLACES.find((path) => existsSync(path));

/** @returns {string} */
function installBrowser() {
  if (!isRoot || !existsSync('/usr/bin/apt-get')) {
    throw new Error(
      `The test of the console needs Chromium (Debian: apt-get install chromium) at ${PLACES[0]}`,
    );
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
    execFileSync('apt-get', ['-qq', ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  const found = findBrowser();
  if (found === undefined) throw new Error('chromium was installed, but is in none of the usual places');
  return found;
}
