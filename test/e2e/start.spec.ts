import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freePort, isFree, LAST_PORT } from '../../tools/lib/processes.mjs';
import { connectAs } from '../../tools/lib/secure-access.mjs';
import { root } from '../../tools/lib/workspace.mjs';
import { brokers, eventually, uniqueTopics } from '../support/pipeline.js';

interface Run {
  readonly process: ChildProcess;
  output(): string;
  /** The exit code, once it has ended. */
  readonly ended: Promise<number | null>;
  /** Process ids of the children, by a word in their command line. */
  pidOf(word: string): number | undefined;
}

let folder: string;
let runs: Run[];
/** Every process group that was seen, so that none outlives its test. */
const groups = new Set<number>();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'login-event-start-'));
  runs = [];
});
afterEach(async () => {
  for (const run of runs) {
    run.process.kill('SIGKILL');
    await run.ended;
  }
  for (const group of groups) if (isAlive(-group)) process.kill(-group, 'SIGKILL');
  groups.clear();
  rmSync(folder, { recursive: true, force: true });
});

/** tools/start.mjs or tools/kafka.mjs, with a data folder and HTTP ports of its own. */
async function run(tool: 'start' | 'kafka', args: string[], env: Record<string, string> = {}): Promise<Run> {
  const child = spawn(process.execPath, [join(root, 'tools', `${tool}.mjs`), '--data', folder, ...args], {
    cwd: tmpdir(),
    env: {
      ...process.env,
      CONSUMER_HTTP_PORT: String(await freePort()),
      PRODUCER_HTTP_PORT: String(await freePort()),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (output += String(chunk)));
  const ended = once(child, 'close').then(() => child.exitCode);
  const started: Run = {
    process: child,
    output: () => output,
    ended,
    pidOf: (word) => childrenOf(child.pid ?? 0).find((pid) => commandOf(pid).includes(word)),
  };
  runs.push(started);
  return started;
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => / (\d+)/.exec(read(`/proc/${pid}/stat`).replace(/^.*\) ./, ''))?.[1] === String(parent));
}

const commandOf = (pid: number) => read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const shows = (started: Run, pattern: RegExp) =>
  eventually(`the output shows ${String(pattern)}`, () => {
    if (started.process.exitCode !== null) throw new Error(`ended: ${started.output()}`);
    return pattern.test(started.output());
  });

/** Waits until events are processed, and remembers the process groups. */
async function works(started: Run, names = ['kafka.Kafka', 'consumer', 'producer']): Promise<number[]> {
  await shows(started, /processed [1-9]/);
  const pids = names.map((name) => started.pidOf(name) ?? 0);
  expect(pids).not.toContain(0);
  pids.forEach((pid) => groups.add(pid));
  return pids;
}

const anyLeft = (pids: number[]) => pids.filter((pid) => isAlive(-pid));

describe('npm start', () => {
  it('runs the whole pipeline until Ctrl-C, then stops it in order and leaves nothing', async () => {
    const started = await run('start', ['--port', String(await freeKafkaPort())]);
    const pids = await works(started);
    expect(started.output()).toMatch(/consumer +http:\/\/localhost:\d+\/health +\/metrics +\/docs/);
    expect(started.output()).toMatch(/console +http:\/\/localhost:\d+\/console/);
    expect(started.output()).toMatch(/in \d+ +processed \d+ +dead-lettered \d+ +lag \d+ +[\d.]+ events\/s/);
    // npm passes a Ctrl-C on to a process that the terminal has told already: the second one is the same.
    started.process.kill('SIGINT');
    started.process.kill('SIGINT');
    expect(await started.ended).toBe(0);
    expect(anyLeft(pids)).toEqual([]);
    // Each was stopped while what it needs still ran.
    for (const app of ['consumer', 'producer']) {
      const log = readFileSync(join(folder, 'logs', `${app}.log`), 'utf8');
      expect(log).toContain('SIGTERM: shutting down');
      expect(log.slice(log.indexOf('SIGTERM'))).not.toMatch(/"level":"(warn|error)"/);
    }
  });

  it('runs the whole pipeline on a secured Kafka, and tells no secret', async () => {
    const port = await freeKafkaPort();
    const started = await run('start', ['--secure', '--port', String(port)], { LEVEL: 'DEBUG' });
    const pids = await works(started);
    const security = join(folder, `1-${String(port)}-secure`, 'security');
    const secrets = Object.values(
      JSON.parse(readFileSync(join(security, 'passwords.json'), 'utf8')) as Record<string, string>,
    );
    expect(secrets.length).toBe(3);
    const logs = ['consumer', 'producer'].map((app) =>
      readFileSync(join(folder, 'logs', `${app}.log`), 'utf8'),
    );
    for (const text of [started.output(), ...logs]) {
      for (const secret of secrets) expect(text).not.toContain(secret);
    }
    started.process.kill('SIGINT');
    expect(await started.ended).toBe(0);
    expect(anyLeft(pids)).toEqual([]);
  });

  it('uses a Kafka that runs already', async () => {
    const { input, output, dlq, group } = uniqueTopics();
    const started = await run('start', ['--brokers', brokers()], {
      INPUT_TOPIC: input,
      OUTPUT_TOPIC: output,
      DLQ_TOPIC: dlq,
      CONSUMER_GROUP: group,
      KAFKA_CREATE_TOPICS: [input, output, dlq].map((topic) => `${topic}:1:1`).join(),
    });
    const pids = await works(started, ['consumer', 'producer']);
    expect(started.pidOf('kafka.Kafka')).toBeUndefined();

    process.kill(pids[0] ?? 0, 'SIGKILL');
    expect(await started.ended).toBe(1);
    expect(started.output()).toMatch(
      /consumer ended by itself \(SIGKILL\)\. The end of its log, .*consumer\.log:\n\{/,
    );
    expect(anyLeft(pids)).toEqual([]);
  });

  it('stops at a signal during the start', async () => {
    const started = await run('start', ['--port', String(await freeKafkaPort())]);
    await shows(started, /Starting Kafka/);
    await eventually('Kafka is launched', () => started.pidOf('kafka.Kafka') !== undefined);
    const kafka = started.pidOf('kafka.Kafka') ?? 0;
    groups.add(kafka);
    started.process.kill('SIGTERM');
    expect(await started.ended).toBe(0);
    expect(anyLeft([kafka])).toEqual([]);
  });

  it('ends everything at once at a second signal', async () => {
    const started = await run('start', ['--port', String(await freeKafkaPort())]);
    await eventually('Kafka is launched', () => started.pidOf('kafka.Kafka') !== undefined);
    const kafka = started.pidOf('kafka.Kafka') ?? 0;
    groups.add(kafka);
    // It cannot end now.
    process.kill(kafka, 'SIGSTOP');
    await eventually(
      'it has ended',
      () => started.process.exitCode !== null || !started.process.kill('SIGINT'),
    );
    expect(await started.ended).toBe(1);
    await eventually('nothing is left', () => anyLeft([kafka]).length === 0);
  });

  it('names every port that is occupied and the ways to others, and starts nothing', async () => {
    const servers = [createServer(), createServer(), createServer()];
    for (const server of servers) await once(server.listen(0, '127.0.0.1'), 'listening');
    const [kafka, consumer, producer] = servers.map((server) =>
      String((server.address() as { port: number }).port),
    ) as [string, string, string];
    const env = { CONSUMER_HTTP_PORT: consumer, PRODUCER_HTTP_PORT: producer };
    const started = await run('start', Number(kafka) < 64_000 ? ['--port', kafka] : [], env);
    expect(await started.ended).toBe(1);
    if (Number(kafka) < 64_000)
      expect(started.output()).toMatch(new RegExp(`${kafka}, for Kafka: .*--brokers`));
    expect(started.output()).toMatch(
      new RegExp(`${consumer}, for HTTP of the consumer: .*CONSUMER_HTTP_PORT`),
    );
    expect(started.output()).toMatch(
      new RegExp(`${producer}, for HTTP of the producer: .*PRODUCER_HTTP_PORT`),
    );
    expect(readdirSync(folder)).toEqual([]);
    servers.forEach((server) => server.close());
  });

  it('names the ways out when there is no Java', async () => {
    const started = await run('start', [], { PATH: folder, JAVA_HOME: '' });
    expect(await started.ended).toBe(1);
    for (const way of ['install Java 17', 'docker-compose up', '--brokers']) {
      expect(started.output()).toContain(way);
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['--brokers', 'nonsense', '; an IPv6 address needs a name'],
    ['--port', '70000', ''],
  ])('refuses %s %s in one line', async (option, value, rest) => {
    const started = await run('start', [option, value]);
    expect(await started.ended).toBe(1);
    expect(started.output().trim()).toMatch(new RegExp(`^${option} must be .*"${value}"${rest}$`));
  });
});

describe('npm run kafka', () => {
  it('runs one broker until Ctrl-C', async () => {
    const started = await run('kafka', ['--port', String(await freeKafkaPort())]);
    await shows(started, /Kafka is ready at 127\.0\.0\.1:\d+\. Ctrl-C stops it\./);
    const kafka = started.pidOf('kafka.Kafka') ?? 0;
    groups.add(kafka);
    started.process.kill('SIGINT');
    expect(await started.ended).toBe(0);
    expect(anyLeft([kafka])).toEqual([]);
  });

  it('runs a secured broker, and writes down how to connect to it, for its owner only', async () => {
    const port = await freeKafkaPort();
    const dir = join(folder, `1-${String(port)}-secure`);
    // As a former version has left it.
    mkdirSync(dir, { mode: 0o755 });
    writeFileSync(join(dir, 'node-1.properties'), '', { mode: 0o644 });
    const started = await run('kafka', ['--secure', '--port', String(port)]);
    await shows(started, /Kafka is ready at/);
    groups.add(started.pidOf('kafka.Kafka') ?? 0);
    expect(openToOthers(dir, join(dir, 'security'), ...secretsIn(dir))).toEqual([]);
    const file = /\S+pipeline-consumer\.env/.exec(started.output())?.[0] ?? '';
    const kafka = await connectAs(parseEnv(readFileSync(file, 'utf8')) as Record<string, string>);
    const admin = kafka.admin();
    await admin.connect();
    // What this user may see: the topics of the pipeline, by the rights that it was given.
    expect((await admin.listTopics()).sort()).toEqual([
      'processed-user-login',
      'user-group-audit',
      'user-group-control',
      'user-group-operations',
      'user-login',
      'user-login-dlq',
      'user-login-dlq-parking',
      'user-login-retry-1',
      'user-login-retry-2',
      'user-login-retry-3',
    ]);
    await admin.disconnect();
    started.process.kill('SIGINT');
    expect(await started.ended).toBe(0);
  });

  it('names every port that is occupied, the one of the token endpoint too', async () => {
    const port = await freeKafkaPort();
    const server = createServer();
    await once(server.listen(port + 3_000, '127.0.0.1'), 'listening');
    const started = await run('kafka', ['--secure', '--port', String(port)]);
    expect(await started.ended).toBe(1);
    expect(started.output()).toMatch(new RegExp(`${String(port + 3_000)}, for the token endpoint: .*--port`));
    expect(readdirSync(folder)).toEqual([]);
    server.close();
  });

  it.each([
    ['--brokers', '2'],
    ['--port', 'none'],
  ])('refuses %s %s in one line', async (option, value) => {
    const started = await run('kafka', [option, value]);
    expect(await started.ended).toBe(1);
    expect(started.output().trim()).toMatch(new RegExp(`^${option} must be .*"${value}"$`));
  });
});

/** Files of a secured broker that hold a password. */
function secretsIn(dir: string): string[] {
  const passwords = JSON.parse(read(join(dir, 'security', 'passwords.json'))) as Record<string, string>;
  const files = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => Object.values(passwords).some((password) => read(file).includes(password)));
  // The passwords themselves, the broker's properties, and the settings of each user.
  expect(files.length).toBe(5);
  return files;
}

const openToOthers = (...paths: string[]) => paths.filter((path) => (statSync(path).mode & 0o077) !== 0);

/** A port with three more for controllers and other listeners, each 1000 above the one before. */
async function freeKafkaPort(): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (port + 3_000 > LAST_PORT) continue;
    const others = await Promise.all([1, 2, 3].map((step) => isFree(port + step * 1_000)));
    if (others.every(Boolean)) return port;
  }
}
