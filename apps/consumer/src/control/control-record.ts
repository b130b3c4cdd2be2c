import { isTokenName, SHORT_PRINTABLE } from '@pipeline/ops';
import { isSigned, parseJson, signatureOf } from '../signed-json.js';

/** The version of the records that this program writes and understands. */
const CONTROL_VERSION = 1;

/** One command of an operator about what the group takes. */
export interface PauseCommand {
  readonly kind: 'pause' | 'run';
  /** Partitions with this number, of the input topic and its retry topics; null is every partition. */
  readonly partition: number | null;
  readonly reason: string | null;
  /** The name of a token. */
  readonly actor: string;
  /** Milliseconds since the epoch; also orders signed commands, see `ControlState`. */
  readonly at: number;
  /** When this pause began: an earlier pause of the same scope goes on. */
  readonly since: number;
  /** When it ends by itself; null without an end. */
  readonly until: number | null;
  /** Tells records apart that say the same. */
  readonly id: string;
}

/** What a record of the control topic is to this group. */
export type ControlRecord =
  | {
      readonly is: 'command';
      readonly key: string;
      readonly command: PauseCommand;
      /** Hexadecimal; undefined where it is not signed. */
      readonly signature: string | undefined;
      /** Signed with the secret of this group: the actor is who he says he is. */
      readonly verified: boolean;
    }
  | { readonly is: 'newer'; readonly key: string; readonly version: number }
  /** Another group's, where several share a topic. */
  | { readonly is: 'foreign' }
  | { readonly is: 'garbage' }
  /** Signed, but not with our secret, or changed since. */
  | { readonly is: 'forged'; readonly key: string };

interface Bytes {
  readonly key: Buffer;
  readonly value: Buffer;
}

const LONGEST_BYTES = 4_096;
const ID = /^[0-9a-f]{8,32}$/;
const MOST_PARTITIONS = 100_000;

/** Names the scope of a command: the last one of a scope counts. */
export const controlKey = (group: string, partition: number | null): string =>
  JSON.stringify(partition === null ? ['pause', group] : ['pause', group, partition]);

export function encodeControl(
  group: string,
  command: PauseCommand,
  secret: string | undefined,
): { key: Buffer; value: Buffer } {
  const key = controlKey(group, command.partition);
  const { kind, reason, actor, at, since, until, id } = command;
  const signature = secret === undefined ? undefined : signatureOf(secret, signedText(key, command));
  const value = { v: CONTROL_VERSION, kind, reason, actor, at, since, until, id, signature };
  return { key: Buffer.from(key), value: Buffer.from(JSON.stringify(value)) };
}

/** Never throws, whatever the bytes are. */
export function decodeControl(
  group: string,
  { key, value }: Bytes,
  secret: string | undefined,
): ControlRecord {
  if (key.length > LONGEST_BYTES || value.length > LONGEST_BYTES) return { is: 'garbage' };
  const scope = parseJson(key);
  const body = parseJson(value);
  if (!Array.isArray(scope) || typeof body !== 'object' || body === null) return { is: 'garbage' };
  const { v, signature, ...fields } = body as Record<string, unknown>;
  if (!isCount(v) || v < 1) return { is: 'garbage' };
  if (scope[1] !== group) return typeof scope[1] === 'string' ? { is: 'foreign' } : { is: 'garbage' };
  const text = key.toString();
  if (v > CONTROL_VERSION) return { is: 'newer', key: text, version: v };
  const partition: unknown = scope.length === 2 ? null : scope[2];
  const command = toCommand({ ...fields, partition });
  if (!command || controlKey(group, command.partition) !== text) return { is: 'garbage' };
  if (signature !== undefined && typeof signature !== 'string') return { is: 'garbage' };
  const verified =
    secret !== undefined && signature !== undefined && isSigned(secret, signedText(text, command), signature);
  if (secret !== undefined && signature !== undefined && !verified) return { is: 'forged', key: text };
  return { is: 'command', key: text, command, signature, verified };
}

function toCommand(fields: Record<string, unknown>): PauseCommand | undefined {
  const { kind, partition, reason, actor, at, since, until, id } = fields;
  if (kind !== 'pause' && kind !== 'run') return undefined;
  if (partition !== null && !(isCount(partition) && partition < MOST_PARTITIONS)) return undefined;
  if (reason !== null && !(typeof reason === 'string' && SHORT_PRINTABLE.test(reason))) return undefined;
  if (typeof actor !== 'string' || !isTokenName(actor) || typeof id !== 'string' || !ID.test(id))
    return undefined;
  if (!isTime(at) || !isTime(since) || !(until === null || isTime(until))) return undefined;
  return { kind, partition, reason, actor, at, since, until, id };
}

/** Every field that means something, in this order. */
const signedText = (key: string, { kind, reason, actor, at, since, until, id }: PauseCommand): string =>
  JSON.stringify([CONTROL_VERSION, key, kind, reason, actor, at, since, until, id]);

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
/** Times that a Date can have. */
const isTime = (value: unknown): value is number => isCount(value) && value <= 8_640_000_000_000_000;
