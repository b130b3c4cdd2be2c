import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  durationSchema,
  IsDuration,
  LOG_LEVELS,
  type DescribedSetting,
  type LogLevelName,
  type LogLevelState,
} from '@pipeline/ops';
import { IsIn, IsOptional } from 'class-validator';
import type { HistorySample } from './history.js';
import type { InstanceView } from './instances.js';

const TIME = { type: 'string', format: 'date-time' } as const;

const LONGEST_MS = 86_400_000;

/** The body of PUT /admin/log-level. */
export class LogLevelCommandDto {
  @ApiProperty({ enum: LOG_LEVELS })
  @IsIn(LOG_LEVELS)
  level!: LogLevelName;

  @ApiPropertyOptional({
    ...durationSchema(LONGEST_MS),
    description:
      'Then the configured level returns: 15m, 1h30m, PT15M or a number of seconds, at most 24 hours. 15m when left out.',
  })
  @IsOptional()
  @IsDuration(LONGEST_MS, '24 hours')
  for?: string | number | null;
}

export class LogLevelDto implements LogLevelState {
  @ApiProperty({ enum: LOG_LEVELS })
  level!: LogLevelName;

  @ApiProperty({ enum: LOG_LEVELS, description: 'What it returns to' })
  configured!: LogLevelName;

  @ApiProperty({ ...TIME, nullable: true, description: 'When it returns; null while nothing is changed' })
  until!: string | null;
}

export class HistorySampleDto implements HistorySample {
  @ApiProperty(TIME)
  at!: string;

  @ApiProperty({ description: 'Events that left, dead letters included' })
  eventsPerSecond!: number;

  @ApiProperty()
  deadLettersPerSecond!: number;

  @ApiProperty({ type: 'integer' })
  lagMessages!: number;

  @ApiProperty({ description: 'Of the partition that is most behind' })
  lagSeconds!: number;
}

class PartitionDto {
  @ApiProperty()
  topic!: string;

  @ApiProperty({ type: 'integer' })
  partition!: number;
}

export class InstanceDto implements InstanceView {
  @ApiProperty({ description: 'Whether it is the one that answers' })
  self!: boolean;

  @ApiProperty()
  memberId!: string;

  @ApiProperty({ type: 'string', nullable: true, description: 'null where a member does not tell' })
  host!: string | null;

  @ApiProperty({ type: 'string', nullable: true, description: 'null where a member does not tell' })
  version!: string | null;

  @ApiProperty({ type: 'string', nullable: true, description: 'null where a member does not tell' })
  startedAt!: string | null;

  @ApiProperty({ description: 'The address that it connects to Kafka from' })
  address!: string;

  @ApiProperty({ type: [PartitionDto] })
  partitions!: PartitionDto[];
}

export class DescribedSettingDto implements DescribedSetting {
  @ApiProperty({ example: 'INPUT_TOPIC' })
  name!: string;

  @ApiProperty({
    oneOf: [
      ...['string', 'number', 'boolean'].map((type) => ({ type })),
      { type: 'array', items: {} },
      { type: 'object', additionalProperties: true },
    ],
    nullable: true,
    description: 'null while it is unset and has no default; *** for a secret',
    example: 'user-login',
  })
  value!: unknown;
}
