import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cachedFolder } from '../../tools/lib/cache.mjs';
import { COPY_DEPENDENCIES } from '../../tools/lib/kafka.mjs';
import { run } from '../../tools/lib/processes.mjs';
import { root } from '../../tools/lib/workspace.mjs';

const folder = join(root, 'bench', 'baselines', 'kafka-streams');

/**
 * The class path of the Kafka Streams baseline, compiled the first time and after a change. Needs a JDK.
 * @param {AbortSignal} signal
 */
export async function kafkaStreamsClasspath(signal) {
  const built = await cachedFolder(`kafka-streams-baseline-${sourceHash()}`, async (partial) => {
    console.error('Building the Kafka Streams baseline (95 MB from Maven Central, once) …');
    const options = [`-Dbuild.folder=${partial}`, `-DoutputDirectory=${join(partial, 'lib')}`];
    const goals = ['compile', COPY_DEPENDENCIES, '-DincludeScope=runtime'];
    const wrapper = join(root, 'deploy', 'kafka', 'mvnw');
    await run('sh', [wrapper, '-q', '-B', ...options, ...goals], { cwd: folder, signal });
  });
  return [join(built, 'classes'), join(built, 'lib', '*')].join(':');
}

function sourceHash() {
  const hash = createHash('sha256');
  const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).toSorted();
  for (const path of paths) hash.update(readFileSync(path));
  return hash.digest('hex').slice(0, 12);
}
