import { ApiProperty } from '@nestjs/swagger';
import type { CircuitStatus, TransportStatus } from '@pipeline/kafka';
import type { ControlStatus } from '../control/control-health.js';
import type { Throughput } from '../run-time/history.js';
import type { InstanceInfo } from '../run-time/this-instance.js';
import type { PauseState, PauseView, Scope } from './pause-view.js';

const REASONS = { type: 'array', items: { type: 'string' }, example: ['operator'] } as const;

const SCOPE = { enum: ['group', 'instance'] };
const TIME = { type: 'string', format: 'date-time' } as const;
const PARTITIONS = {
  type: 'array',
  items: { type: 'integer' },
  nullable: true,
  description: 'Numbers of partitions; null for all',
} as const;
const VERIFIED = 'Whether the actor is proven by a signature (CONTROL_SECRET)';

export class PauseStateDto implements PauseState {
  @ApiProperty()
  paused!: boolean;

  @ApiProperty(SCOPE)
  scope!: Scope;

  @ApiProperty(PARTITIONS)
  partitions!: number[] | null;

  @ApiProperty({ type: 'string', nullable: true })
  reason!: string | null;

  @ApiProperty({ type: 'string', nullable: true, description: 'The name of a token; null while running' })
  actor!: string | null;

  @ApiProperty({ type: 'boolean', nullable: true, description: `${VERIFIED}; null while running` })
  verified!: boolean | null;

  @ApiProperty({ ...TIME, nullable: true, description: 'null while running' })
  since!: string | null;

  @ApiProperty({ ...TIME, nullable: true, description: 'null without an end' })
  until!: string | null;
}

class PauseViewDto implements PauseView {
  @ApiProperty(SCOPE)
  scope!: Scope;

  @ApiProperty(PARTITIONS)
  partitions!: number[] | null;

  @ApiProperty({ type: 'string', nullable: true })
  reason!: string | null;

  @ApiProperty({ description: 'The name of a token' })
  actor!: string;

  @ApiProperty({ description: VERIFIED })
  verified!: boolean;

  @ApiProperty(TIME)
  since!: string;

  @ApiProperty({ ...TIME, nullable: true, description: 'null without an end' })
  until!: string | null;
}

class ControlStatusDto implements ControlStatus {
  @ApiProperty()
  topic!: string;

  @ApiProperty({ description: 'While it is not, the last state is kept' })
  readable!: boolean;

  @ApiProperty({ ...TIME, description: 'Since when it is as it is' })
  since!: string;

  @ApiProperty({ type: 'string', nullable: true, description: 'What is wrong; null while nothing is' })
  problem!: string | null;

  @ApiProperty({
    type: 'integer',
    description: 'Commands of a newer version of this program, which have no effect here',
  })
  newerVersions!: number;
}

type PartitionStatus = TransportStatus['partitions'][number];

class PartitionStatusDto implements PartitionStatus {
  @ApiProperty()
  topic!: string;

  @ApiProperty({ type: 'integer' })
  partition!: number;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'Offset of the next record to take, decimal; null until a fetch has shown it',
  })
  position!: string | null;

  @ApiProperty({ type: 'integer' })
  lagMessages!: number;

  @ApiProperty()
  lagSeconds!: number;

  @ApiProperty({ description: 'For how long it has had work without any progress' })
  stalledSeconds!: number;

  @ApiProperty({ ...REASONS, description: 'Why it takes nothing; empty while it runs' })
  pausedBy!: PartitionStatus['pausedBy'];
}

class TransportStatusDto implements TransportStatus {
  @ApiProperty({ description: 'A member of the group whose heartbeats are answered' })
  member!: boolean;

  @ApiProperty()
  brokerAnswers!: boolean;

  @ApiProperty({
    type: [String],
    description: 'What of TLS, authentication or authorization fails; empty while nothing does',
  })
  refused!: readonly string[];

  @ApiProperty({ ...REASONS, description: 'Why the whole instance takes nothing; empty while it runs' })
  pausedBy!: TransportStatus['pausedBy'];

  @ApiProperty({ type: [PartitionStatusDto] })
  partitions!: readonly PartitionStatusDto[];
}

class CircuitStatusDto implements CircuitStatus {
  @ApiProperty({ description: 'The step whose calls it guards' })
  name!: string;

  @ApiProperty({ enum: ['closed', 'half-open', 'open'] })
  state!: CircuitStatus['state'];

  @ApiProperty({ type: 'string', format: 'date-time' })
  since!: string;
}

class InstanceInfoDto implements InstanceInfo {
  @ApiProperty({ description: 'Made anew at every start' })
  id!: string;

  @ApiProperty()
  host!: string;

  @ApiProperty()
  version!: string;

  @ApiProperty(TIME)
  startedAt!: string;

  @ApiProperty({ description: 'Which environment this is' })
  environment!: string;
}

class ThroughputDto implements Throughput {
  @ApiProperty({ description: 'Events that left, dead letters included; over the last minute' })
  processed!: number;

  @ApiProperty()
  deadLettered!: number;
}

/** What GET /admin/status answers. */
export class ConsumerStatusDto {
  @ApiProperty({ description: 'Whether and why operators have paused this instance as a whole' })
  pause!: PauseStateDto;

  @ApiProperty({ type: [PauseViewDto], description: 'Every pause that holds, those of partitions included' })
  pauses!: readonly PauseViewDto[];

  @ApiProperty({ description: 'The topic that commands the group' })
  control!: ControlStatusDto;

  @ApiProperty({ type: [CircuitStatusDto], description: 'While any of them is open, events wait' })
  circuits!: readonly CircuitStatusDto[];

  @ApiProperty({ description: 'Most of the events of the last minutes were dead-lettered' })
  flood!: boolean;

  @ApiProperty()
  transport!: TransportStatusDto;

  @ApiProperty()
  instance!: InstanceInfoDto;

  @ApiProperty()
  throughput!: ThroughputDto;

  @ApiProperty({ type: 'integer', description: 'How often it was assigned partitions since it started' })
  rebalances!: number;
}
