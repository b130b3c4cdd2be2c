import { rmSync } from 'node:fs';
import { stop } from '../../tools/lib/processes.mjs';

export default async function teardown() {
  const { testBroker, testBrokerDir } = /** @type {any} */ (globalThis);
  await stop(testBroker);
  rmSync(testBrokerDir, { recursive: true, force: true });
}
