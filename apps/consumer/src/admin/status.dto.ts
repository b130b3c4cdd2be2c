import { ApiProperty } from '@nestjs/swagger';
import type { CircuitStatus, TransportStatus } from '@pipeline/kafka';
import type { PauseState } from './pause-control.js';

const REASONS = { type: 'array', items: { type: 'string' }, example: ['operator'] } as const;

export class PauseStateDto implements PauseState {
  @ApiProperty()
  paused!: boolean;

  @ApiProperty({ enum: ['instance'] })
  scope!: 'instance';

  @ApiProperty({ type: 'string', nullable: true })
  reason!: string | null;

  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, description: 'null while running' })
  since!: string | null;

  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, description: 'null without an end' })
  until!: string | null;
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

/** What GET /admin/status answers. */
export class ConsumerStatusDto {
  @ApiProperty()
  pause!: PauseStateDto;

  @ApiProperty({ type: [CircuitStatusDto], description: 'While any of them is open, events wait' })
  circuits!: readonly CircuitStatusDto[];

  @ApiProperty({ description: 'Most of the events of the last minutes were dead-lettered' })
  flood!: boolean;

  @ApiProperty()
  transport!: TransportStatusDto;
}
