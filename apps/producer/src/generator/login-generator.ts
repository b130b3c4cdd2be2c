import { INVALID_KINDS } from './invalid-kinds.js';
import { toBytes, type LoginEvent } from './login-event.js';
import { Random } from './random.js';

export interface GeneratedEvent {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly valid: boolean;
}

/** Repeated as often as they are seen. */
const DEVICES = ['android', 'android', 'android', 'iOS', 'iOS', 'web'];
const VERSIONS = ['2.3.0', '2.3.0', '2.3.1', '2.4.0', '3.0.0', '10.0.1', 'v2.5', '4'];
const LOCALES = ['EN', 'EN', 'RU', 'DE', 'FR', 'es', 'PT_BR', 'JA', null];
const USERS = 10_000;

/** Makes realistic login events, a given share of them invalid, from a seed. */
export class LoginGenerator {
  private readonly random: Random;
  private readonly userIds: string[] = [];

  constructor(
    seed: number,
    private readonly invalidRatio: number,
  ) {
    this.random = new Random(seed);
  }

  /** @param now goes into the event, in Unix seconds */
  next(now: Date): GeneratedEvent {
    const event = this.event(now);
    const key = Buffer.from(event.user_id);
    if (this.random.next() >= this.invalidRatio) return { key, value: toBytes(event), valid: true };
    const spoil = this.random.pick(INVALID_KINDS);
    return { key, value: spoil(event), valid: false };
  }

  private event(now: Date): LoginEvent {
    const { random } = this;
    return {
      user_id: this.userId(random.below(USERS)),
      app_version: random.pick(VERSIONS),
      device_type: random.pick(DEVICES),
      ip: random.next() < 0.85 ? this.ipv4() : this.ipv6(),
      locale: random.pick(LOCALES),
      device_id: `${String(100 + random.below(900))}-${String(10 + random.below(90))}-${String(1000 + random.below(9000))}`,
      timestamp: Math.floor(now.getTime() / 1_000),
    };
  }

  private userId(index: number): string {
    return (this.userIds[index] ??= userId(index));
  }

  /** 11.x to 99.x are public. */
  private ipv4(): string {
    const { random } = this;
    return [11 + random.below(89), random.below(256), random.below(256), 1 + random.below(254)].join('.');
  }

  private ipv6(): string {
    const group = () => this.random.hex(4);
    return `2001:db8:${[group(), group(), group(), group(), group(), group()].join(':')}`;
  }
}

/** A stable UUID for each of a bounded number of users, so that keys repeat. */
function userId(index: number): string {
  const digits = new Random(index).hex(32);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `a${digits.slice(17, 20)}`,
    digits.slice(20),
  ].join('-');
}
