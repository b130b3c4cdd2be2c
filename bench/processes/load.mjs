// Writes events at a steady rate, after a warm-up each with the time of its making in a header that every program
// carries over. Says `measuring` when the warm-up is over, then `written` with how many events have that header.
import kafkajs from 'kafkajs';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '../lib/topics.mjs';
import { events } from '../lib/events.mjs';
import { MADE_AT } from './made-at.mjs';

const TICK_MS = 5;
/** Stock kafkajs takes quadratic time over the messages of a send. */
const MAX_SEND = 500;
/** How far it may fall behind before the load is not the one that was asked for. */
const LATE_LIMIT_SECONDS = 5;

/** @type {{ brokers: string, topic: string, rate: number, seconds: number, warmUpSeconds: number }} */
const { brokers, topic, rate, seconds, warmUpSeconds } = JSON.parse(process.argv[2] ?? '');

/** @param {string} about @param {unknown} [content] */
const say = (about, content) => process.send?.({ about, content });

const producer = connect(brokers).producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
await producer.connect();
const warmUp = Math.round(warmUpSeconds * rate);
const all = warmUp + Math.round(seconds * rate);
const source = events({ count: all });
/** @type {Set<Promise<unknown>>} */
const inFlight = new Set();

/** @param {number} from @param {number} to */
function send(from, to) {
  const headers = { [MADE_AT]: String(process.hrtime.bigint()) };
  const messages = [];
  for (let index = from; index < to; index++) {
    const { value: event } = source.next();
    if (event) messages.push({ key: event.key, value: event.value, ...(index >= warmUp && { headers }) });
  }
  const sent = producer.send({ topic, acks: 1, messages });
  inFlight.add(sent);
  void sent.then(() => inFlight.delete(sent));
}

const began = performance.now();
let made = 0;
while (made < all) {
  await delay(TICK_MS);
  const due = Math.min(all, Math.floor(((performance.now() - began) / 1_000) * rate));
  if (due - made > rate * LATE_LIMIT_SECONDS) throw new Error('the load cannot be kept up');
  if (made < warmUp && due >= warmUp) say('measuring');
  for (; made < due; made = Math.min(due, made + MAX_SEND)) send(made, Math.min(due, made + MAX_SEND));
}
await Promise.all(inFlight);
say('written', all - warmUp);
await producer.disconnect();
process.disconnect();
