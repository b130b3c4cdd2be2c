// npm run kafka -- [--brokers 3] [--port 29092] [--data DIR]: only the broker, for development.
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { brokerAnswers, kafkaJars, requireJava, startBroker } from './lib/kafka.mjs';
import { requireFreePort, stop, UserError } from './lib/processes.mjs';

const root = resolve(import.meta.dirname, '..');

async function main() {
  const { values } = parseArgs({
    options: {
      brokers: { type: 'string', default: '1' },
      port: { type: 'string', default: '29092' },
      data: { type: 'string', default: join(root, '.kafka', 'data') },
    },
  });
  const count = Number(values.brokers);
  const first = Number(values.port);
  if (![1, 3].includes(count)) throw new UserError('--brokers takes 1 or 3');
  const java = requireJava();
  const nodes = Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    port: first + index,
    controllerPort: first + 1_000 + index,
  }));
  for (const { port, controllerPort } of nodes) {
    await requireFreePort(port, 'Kafka needs it; choose another with --port');
    await requireFreePort(controllerPort, "Kafka's controller needs it; choose another with --port");
  }
  const jars = await kafkaJars(root);
  const dir = resolve(values.data, `${count}-${first}`);
  const brokers = nodes.map((node) => startBroker({ jars, java, node, nodes, dir }));

  let stopping = false;
  const end = async () => {
    if (stopping) process.exit(1);
    stopping = true;
    await Promise.all(brokers.map((broker) => stop(broker)));
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void end());
  for (const broker of brokers) {
    void broker.ended.then(() => {
      if (stopping) return;
      console.error(`${broker.name} ended by itself; its log is ${broker.log}`);
      void Promise.all(brokers.map((other) => stop(other))).then(() => process.exit(1));
    });
  }
  await Promise.all(brokers.map((broker, index) => brokerAnswers(broker, nodes[index]?.port ?? first)));
  console.log(
    `Kafka is ready at ${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}. Ctrl-C stops it.`,
  );
}

main().catch((error) => {
  console.error(error instanceof UserError ? error.message : error);
  process.exit(1);
});
