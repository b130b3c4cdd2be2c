// npm run kafka: only the broker, for development. See USAGE.
import { join, resolve } from 'node:path';
import { brokerAnswers, CONTROLLER_OFFSET, kafkaJars, requireJava, startBroker } from './lib/kafka.mjs';
import { parseAll, parseOptions } from './lib/options.mjs';
import { parsePort, requireFreePorts } from './lib/ports.mjs';
import { UserError } from './lib/processes.mjs';
import { Supervisor } from './lib/supervisor.mjs';
import { MTLS_OFFSET, prepareSecurity, secureBroker, TOKEN_OFFSET } from './lib/secure-kafka.mjs';
import { offerAccess, prepareAccess } from './lib/secure-access.mjs';
import { prepareWorkspace, root } from './lib/workspace.mjs';

const MOST_NODES = 3;
const USAGE = `npm run kafka -- [options]
  --brokers 1|3   nodes of the cluster (1)
  --port PORT     of the first node (29092); the others take the next ones
  --secure        with TLS, SASL and ACLs: docs/SECURITY-KAFKA.md
  --data DIR      storage and logs (.kafka)`;

const given = parseOptions(USAGE, {
  brokers: '1',
  port: '29092',
  data: join(root, '.kafka'),
  secure: false,
});
const supervisor = new Supervisor('Kafka');

supervisor.run(async (signal) => {
  const { count, first } = parseAll({
    count: () => parseNodes(given.brokers),
    first: () =>
      parsePort(
        given.port,
        '--port',
        65_535 - (given.secure ? TOKEN_OFFSET : CONTROLLER_OFFSET) - MOST_NODES,
      ),
  });
  const java = requireJava();
  const nodes = Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    port: first + index,
    controllerPort: first + CONTROLLER_OFFSET + index,
  }));
  const instead = 'choose others with --port';
  await requireFreePorts([
    ...nodes.flatMap(({ port, controllerPort }) => [
      { port, for: 'Kafka', instead },
      { port: controllerPort, for: "Kafka's controller", instead },
      ...(given.secure ? [{ port: port + MTLS_OFFSET, for: 'Kafka among its nodes', instead }] : []),
    ]),
    ...(given.secure ? [{ port: first + TOKEN_OFFSET, for: 'the token endpoint', instead }] : []),
  ]);
  const jars = await kafkaJars(root, { signal });
  console.error('Starting Kafka …');
  const dir = resolve(given.data, `${count}-${first}${given.secure ? '-secure' : ''}`);
  if (given.secure) await prepareWorkspace({ signal });
  const security = given.secure ? await prepareSecurity(dir) : undefined;
  const brokers = nodes.map((node) =>
    startBroker({ jars, java, node, nodes, dir, ...(security && secureBroker(security, node)) }),
  );
  supervisor.add(...brokers);
  await Promise.all(brokers.map((broker, index) => brokerAnswers(broker, first + index, { signal })));
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`).join(',');
  if (security) {
    await prepareAccess(security, addresses, signal);
    const { files, tokens } = await offerAccess(security, addresses, first);
    console.log(`Settings of each user, for \`node --env-file=FILE apps/consumer/dist/main.js\`:`);
    for (const file of files) console.log(`  ${file}`);
    console.log(`Tokens for OAUTHBEARER: ${tokens.url}`);
  }
  console.log(`Kafka is ready at ${addresses}. Ctrl-C stops it.`);
});

/** @param {string} text @throws UserError */
function parseNodes(text) {
  if (!['1', '3'].includes(text)) throw new UserError(`--brokers must be 1 or 3, not "${text}"`);
  return Number(text);
}
