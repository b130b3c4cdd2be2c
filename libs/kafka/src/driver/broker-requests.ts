import type { createRequire } from 'node:module';
import type { Exchange } from './codec/exchange.js';

const BROKER = 'kafkajs/src/broker/index.js';
const SEND_REQUEST = 'private:Broker:sendRequest';

/** kafkajs' connection to a broker. */
export interface Broker {
  /** By the key of a request. */
  readonly versions: Readonly<Record<number, { readonly maxVersion: number } | undefined>>;
}

type Send<Answer> = (this: Broker, exchange: Exchange<Answer>) => Promise<Answer>;

/** Requests that kafkajs lacks, over its connections. @throws Error when the installed kafkajs has another shape */
export function brokerRequests(require: ReturnType<typeof createRequire>) {
  const { prototype } = require(BROKER) as { prototype?: Record<string | symbol, unknown> };
  const symbol = Object.getOwnPropertySymbols(prototype ?? {}).find(
    ({ description }) => description === SEND_REQUEST,
  );
  if (!prototype || !symbol) throw new Error(`${BROKER} is not the class it was`);
  const send = prototype[symbol];
  return {
    prototype,
    knows: <Answer>(broker: Broker, { request: { apiKey, apiVersion } }: Exchange<Answer>) =>
      (broker.versions[apiKey]?.maxVersion ?? -1) >= apiVersion,
    /** @throws the driver's error */
    send: <Answer>(broker: Broker, exchange: Exchange<Answer>): Promise<Answer> =>
      (send as Send<Answer>).call(broker, exchange),
  };
}
