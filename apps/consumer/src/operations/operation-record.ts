import type { Done, Order, Progress, ProofKey } from './operation.js';
import { toDone, toOrder, toProgress, toProofKey } from './operation-forms.js';
import { isSigned, parseJson, signatureOf } from '../signed-json.js';

const VERSION = 1;
/** An order tells where each of up to 10,000 partitions ends. */
const LONGEST_BYTES = 524_288;

/** What can be said on the operations topic. */
export type OperationFact =
  | { readonly is: 'order'; readonly order: Order }
  | { readonly is: 'progress'; readonly progress: Progress }
  | { readonly is: 'done'; readonly done: Done }
  | { readonly is: 'key'; readonly key: ProofKey };

/** What a record of the topic is to this group. */
export type OperationRecord =
  | { readonly is: 'fact'; readonly fact: OperationFact; readonly verified: boolean }
  | { readonly is: 'newer'; readonly version: number }
  /** Another group's, where several share a topic. */
  | { readonly is: 'foreign' }
  | { readonly is: 'garbage' }
  /** Not signed with the secret of this group, which has one; what was done is no such record. */
  | { readonly is: 'forged' };

interface Bytes {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** @param secret signs, where there is one */
export function encodeFact(group: string, fact: OperationFact, secret: string | undefined): Bytes {
  const key = JSON.stringify(keyOf(group, fact));
  const body = bodyOf(fact);
  const signature = secret === undefined ? undefined : signatureOf(secret, signedText(key, body));
  return { key: Buffer.from(key), value: Buffer.from(JSON.stringify({ v: VERSION, body, signature })) };
}

/** Never throws, whatever the bytes are. */
export function decodeFact(
  group: string,
  { key, value }: Bytes,
  secret: string | undefined,
): OperationRecord {
  if (key.length > LONGEST_BYTES || value.length > LONGEST_BYTES) return { is: 'garbage' };
  const name = parseJson(key);
  const content = parseJson(value);
  if (!Array.isArray(name) || typeof content !== 'object' || content === null) return { is: 'garbage' };
  const { v, body, signature } = content as Record<string, unknown>;
  if (!Number.isSafeInteger(v) || (v as number) < 1) return { is: 'garbage' };
  if (name[1] !== group) return typeof name[1] === 'string' ? { is: 'foreign' } : { is: 'garbage' };
  if ((v as number) > VERSION) return { is: 'newer', version: v as number };
  if (typeof body !== 'object' || body === null) return { is: 'garbage' };
  const fact = toFact(name[0], body as Record<string, unknown>);
  if (!fact || JSON.stringify(keyOf(group, fact)) !== key.toString()) return { is: 'garbage' };
  if (secret === undefined) return { is: 'fact', fact, verified: false };
  const verified =
    typeof signature === 'string' && isSigned(secret, signedText(key.toString(), body), signature);
  // What was done before there was this secret has been done all the same: to forget it would double it.
  return verified || fact.is === 'done' ? { is: 'fact', fact, verified } : { is: 'forged' };
}

/** The last record of a key is the one that counts. */
function keyOf(group: string, fact: OperationFact): readonly (string | number)[] {
  switch (fact.is) {
    case 'order':
      return ['order', group, fact.order.id];
    case 'progress':
      return ['progress', group, fact.progress.id];
    case 'done':
      return ['done', group, fact.done.id, fact.done.part];
    case 'key':
      return ['key', group, fact.key.id];
    default:
      return fact satisfies never;
  }
}

function bodyOf(fact: OperationFact): object {
  switch (fact.is) {
    case 'order':
      return fact.order;
    case 'progress':
      return fact.progress;
    case 'done':
      return fact.done;
    case 'key':
      return fact.key;
    default:
      return fact satisfies never;
  }
}

function toFact(kind: unknown, body: Record<string, unknown>): OperationFact | undefined {
  switch (kind) {
    case 'order': {
      const order = toOrder(body);
      return order && { is: 'order', order };
    }
    case 'progress': {
      const progress = toProgress(body);
      return progress && { is: 'progress', progress };
    }
    case 'done': {
      const done = toDone(body);
      return done && { is: 'done', done };
    }
    case 'key': {
      const key = toProofKey(body);
      return key && { is: 'key', key };
    }
    default:
      return undefined;
  }
}

const signedText = (key: string, body: object): string => JSON.stringify([VERSION, key, body]);
