import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { parseJson } from '../signed-json.js';

export const VERSION = '0.1.0';

/** What an instance is to the others of its group. */
export interface InstanceInfo {
  /** Made anew at every start. */
  readonly id: string;
  readonly host: string;
  readonly version: string;
  /** ISO 8601. */
  readonly startedAt: string;
}

export const THIS_INSTANCE: InstanceInfo = {
  id: randomBytes(6).toString('hex'),
  host: hostname(),
  version: VERSION,
  startedAt: new Date(Date.now() - performance.now()).toISOString(),
};

const LONGEST_BYTES = 1_024;
const TEXT = /^[\x20-\x7e]{1,253}$/;

export const encodeInstance = (info: InstanceInfo): Buffer => Buffer.from(JSON.stringify(info));

/** Members of other versions or programs tell something else, or nothing. */
export function decodeInstance(bytes: Buffer): Partial<InstanceInfo> {
  if (bytes.length > LONGEST_BYTES) return {};
  const told = parseJson(bytes);
  if (typeof told !== 'object' || told === null) return {};
  const names = ['id', 'host', 'version', 'startedAt'] as const;
  const given = names.map((name) => [name, (told as Record<string, unknown>)[name]] as const);
  return Object.fromEntries(given.filter(([, value]) => typeof value === 'string' && TEXT.test(value)));
}
