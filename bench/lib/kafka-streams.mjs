import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../tools/lib/kafka.mjs';
import { run } from '../../tools/lib/processes.mjs';
import { root } from '../../tools/lib/workspace.mjs';

const folder = join(root, 'bench', 'baselines', 'kafka-streams');
const LIBRARIES = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

/**
 * The class path of the Kafka Streams baseline, compiled the first time and after a change. Needs a JDK.
 * @param {AbortSignal} signal
 */
export async function kafkaStreamsClasspath(signal) {
  const built = join(cacheFolder(), `kafka-streams-baseline-${sourceHash()}`);
  if (!existsSync(built)) await build(built, signal);
  return [join(built, 'classes'), join(built, 'lib', '*')].join(':');
}

/** @param {string} built @param {AbortSignal} signal */
async function build(built, signal) {
  console.error('Building the Kafka Streams baseline (95 MB from Maven Central, once) …');
  const partial = `${built}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  try {
    const options = [`-Dbuild.folder=${partial}`, `-DoutputDirectory=${join(partial, 'lib')}`];
    const goals = ['compile', LIBRARIES, '-DincludeScope=runtime'];
    const wrapper = join(root, 'deploy', 'kafka', 'mvnw');
    await run('sh', [wrapper, '-q', '-B', ...options, ...goals], { cwd: folder, signal });
    renameSync(partial, built);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
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
