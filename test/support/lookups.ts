import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { bytes, VALID } from './events.js';
import { startIllServer } from './ill-server.mjs';
import {
  collect,
  eventually,
  isReady,
  produce,
  startService,
  type Collected,
  type Service,
  type Topics,
} from './pipeline.js';

/** Short waits, and retries that nothing but a test with many failures takes for an outage. */
const FAST = { KAFKA_RETRY_INITIAL_DELAY: '1', KAFKA_RETRY_MAX_DELAY: '5' };

/** Public addresses, one for each number. */
export const ipOf = (number: number): string => `8.8.${String(number >> 8)}.${String(number & 255)}`;

export const lookedUp = (number: number, further: object = {}): { key: string; value: Buffer } => ({
  key: `user-${String(number)}`,
  value: bytes({ ...VALID, user_id: `user-${String(number)}`, ip: ipOf(number), number, ...further }),
});

export const header = ({ headers }: Pick<Collected, 'headers'>, name: string): string =>
  String(headers[name]);

export const numbersOf = (records: readonly Collected[] = []): number[] =>
  records.map(({ value }) => (JSON.parse(String(value)) as { number: number }).number);

export interface ConsumerStatus {
  readonly circuits: readonly { name: string; state: string }[];
  readonly flood: boolean;
  readonly transport: {
    readonly pausedBy: readonly string[];
    readonly partitions: readonly { topic: string; pausedBy: readonly string[]; lagMessages: number }[];
  };
}

export const statusOf = async ({ url }: Service): Promise<ConsumerStatus> =>
  (await (await fetch(`${url}/admin/status`)).json()) as ConsumerStatus;

type IllServer = Awaited<ReturnType<typeof startIllServer>>;

/**
 * For a spec whose consumers look events up: a server that misbehaves on command, well again after each test. Tests
 * that run at the same time take one each; what they start is stopped after the last of them.
 */
export function useIllServer() {
  let server: IllServer | undefined;
  const running: { stop(): Promise<unknown> }[] = [];
  beforeAll(async () => {
    server = await startIllServer();
  });
  const stopAll = () => Promise.all(running.splice(0).map((one) => one.stop()));
  afterEach(async () => {
    await stopAll();
    await server?.start();
    Object.assign(server ?? {}, { mode: 'ok', calls: [] });
    server?.modes.clear();
  });
  afterAll(async () => {
    // Of tests that run at the same time.
    await stopAll();
    await server?.stop();
  });
  const get = (): IllServer => {
    if (!server) throw new Error('not started yet');
    return server;
  };
  /** What is written to the topics, until the end of the test. */
  async function read(...topics: string[]): Promise<(topic: string) => readonly Collected[]> {
    const reader = await collect(topics);
    running.push(reader);
    return (topic) => reader.records.get(topic) ?? [];
  }
  return {
    get server() {
      return get();
    },
    /** A consumer that is ready and stopped after the test. */
    async start(topics: Topics, env: Record<string, string> = {}): Promise<Service> {
      const consumer = await startService('consumer', topics, { ENRICHMENT_URL: get().url, ...FAST, ...env });
      running.push(consumer);
      await eventually('the consumer is ready', () => isReady(consumer));
      return consumer;
    },
    read,
    /** Sends three events, and waits until each is an output or a dead letter. */
    async sendThree({ input, output, dlq }: Topics): Promise<{
      readonly outputs: readonly Collected[];
      readonly letters: readonly Collected[];
    }> {
      const of = await read(output, dlq);
      await produce(
        input,
        [1, 2, 3].map((number) => lookedUp(number)),
      );
      await eventually('all have come out', () => of(output).length + of(dlq).length === 3);
      return { outputs: of(output), letters: of(dlq) };
    },
  };
}
