import { Inject, Injectable } from '@nestjs/common';
import { describeMembers, type GroupMember, type Kafka } from '@pipeline/kafka';
import { decodeInstance, THIS_INSTANCE } from './this-instance.js';

export interface InstanceView {
  /** Whether it is the one that answers. */
  readonly self: boolean;
  readonly memberId: string;
  /** Null where a member does not tell. */
  readonly host: string | null;
  readonly version: string | null;
  readonly startedAt: string | null;
  /** The address that it connects to Kafka from. */
  readonly address: string;
  readonly partitions: readonly { readonly topic: string; readonly partition: number }[];
}

export interface InstancesOptions {
  readonly kafka: Kafka;
  readonly groupId: string;
}

export const INSTANCES_OPTIONS = Symbol('INSTANCES_OPTIONS');

/** However many ask, the coordinator is asked this often. */
const FRESH_MS = 2_000;

/** The members of the group. */
@Injectable()
export class Instances {
  private asked: { readonly at: number; readonly answer: Promise<readonly InstanceView[]> } | undefined;

  constructor(@Inject(INSTANCES_OPTIONS) private readonly options: InstancesOptions) {}

  /** @throws the driver's error */
  list(now = performance.now()): Promise<readonly InstanceView[]> {
    if (this.asked && now - this.asked.at < FRESH_MS) return this.asked.answer;
    const { kafka, groupId } = this.options;
    const answer = describeMembers(kafka, groupId).then((members) => members.map(toView));
    this.asked = { at: now, answer };
    return answer;
  }
}

function toView({ memberId, address, userData, partitions }: GroupMember): InstanceView {
  const { id, host = null, version = null, startedAt = null } = decodeInstance(userData);
  return { self: id === THIS_INSTANCE.id, memberId, host, version, startedAt, address, partitions };
}
