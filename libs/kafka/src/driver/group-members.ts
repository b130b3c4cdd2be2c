import type { Kafka, PartitionAssigner } from 'kafkajs';
import type { TopicPartition } from '../record.js';
import { withTimeLimit } from '../abort.js';
import { withDriverDeadline } from './driver-deadline.js';
import { kafkajs } from './kafkajs.js';

/** A member of a consumer group as the coordinator knows it. */
export interface GroupMember {
  readonly memberId: string;
  readonly clientId: string;
  /** The address that it connects from. */
  readonly address: string;
  /** What it tells the others of itself, as hostile as anything that comes from elsewhere; may be empty. */
  readonly userData: Buffer;
  readonly partitions: readonly TopicPartition[];
}

/** kafkajs' round robin, with which a member also tells the others something of itself. */
export function assignerTelling(userData: Buffer): PartitionAssigner {
  return (context) => {
    const assigner = kafkajs.PartitionAssigners.roundRobin(context);
    const { MemberMetadata } = kafkajs.AssignerProtocol;
    return {
      ...assigner,
      protocol: ({ topics }) => {
        const { name } = assigner.protocol({ topics });
        return { name, metadata: MemberMetadata.encode({ version: assigner.version, topics, userData }) };
      },
      assign: (group) => assigner.assign(group),
    };
  };
}

/** The members of a group; empty while it is rebalancing. @throws the driver's error */
export async function describeMembers(kafka: Kafka, groupId: string): Promise<readonly GroupMember[]> {
  const admin = kafka.admin({ retry: { retries: 1 } });
  try {
    const ask = async () => {
      await admin.connect();
      return admin.describeGroups([groupId]);
    };
    const { groups } = await withDriverDeadline(ask());
    return (groups[0]?.members ?? []).map(
      ({ memberId, clientId, clientHost, memberMetadata, memberAssignment }) => ({
        memberId,
        clientId,
        address: clientHost.replace(/^\//, ''),
        userData: userDataOf(memberMetadata),
        partitions: partitionsOf(memberAssignment),
      }),
    );
  } finally {
    await withTimeLimit(admin.disconnect(), 1_000);
  }
}

/** Other clients may write other things; what cannot be read is nothing. */
function userDataOf(metadata: Buffer): Buffer {
  try {
    return kafkajs.AssignerProtocol.MemberMetadata.decode(metadata)?.userData ?? Buffer.alloc(0);
  } catch {
    return Buffer.alloc(0);
  }
}

function partitionsOf(bytes: Buffer): TopicPartition[] {
  try {
    const assignment = kafkajs.AssignerProtocol.MemberAssignment.decode(bytes)?.assignment ?? {};
    return Object.entries(assignment).flatMap(([topic, numbers]) =>
      numbers.map((partition) => ({ topic, partition })),
    );
  } catch {
    return [];
  }
}
