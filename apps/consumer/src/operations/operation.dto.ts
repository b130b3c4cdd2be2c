import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { LetterSummaryDto } from '../dead-letters/letter.dto.js';
import { IsTime, LetterFilterDto, LetterPositionDto } from '../dead-letters/letter-filter.dto.js';
import { OPERATION_KINDS, OPERATION_STATES, type Operation } from './operation.js';
import { HIGHEST_RATE, MOST_SELECTED } from './operation-forms.js';
import type { DryRun } from './operations.js';

const TIME = { type: 'string', format: 'date-time' } as const;
const NULLABLE_TEXT = { type: 'string', nullable: true } as const;

/** Which letters: either a selection or a filter. */
export class LetterChoiceDto {
  @ApiPropertyOptional({ type: [LetterPositionDto], minItems: 1, maxItems: MOST_SELECTED, nullable: true })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_SELECTED)
  @ValidateNested({ each: true })
  @Type(() => LetterPositionDto)
  selection?: LetterPositionDto[] | null;

  @ApiPropertyOptional({
    type: LetterFilterDto,
    nullable: true,
    description: 'All that match; {} is everything',
  })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => LetterFilterDto)
  filter?: LetterFilterDto | null;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: HIGHEST_RATE,
    default: 500,
    nullable: true,
    description: 'Letters a second',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(HIGHEST_RATE)
  rate?: number | null;
}

export class ReplayCommandDto extends LetterChoiceDto {
  @ApiPropertyOptional({
    ...NULLABLE_TEXT,
    maxLength: 249,
    description: 'One of REPLAY_TARGETS; without it, the topic that each came from',
  })
  @IsOptional()
  @IsString()
  @Matches(/^[a-zA-Z0-9._-]{1,249}$/, { message: '$property must be a topic name' })
  target?: string | null;
}

export class PurgeDryRunDto {
  @ApiProperty({ ...TIME, description: 'What was written to the dead-letter topic before this time' })
  @IsTime()
  before!: string;
}

export class PurgeCommandDto extends PurgeDryRunDto {
  @ApiProperty({
    type: 'integer',
    minimum: 0,
    description: 'How many these are, as the dry run told; of those too old for the index, at most',
  })
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  count!: number;
}

export class DryRunDto implements DryRun {
  @ApiProperty({ type: 'integer' })
  count!: number;

  @ApiProperty({ type: 'integer', description: 'Of these, how many go to the parking topic' })
  parked!: number;

  @ApiProperty({ type: [LetterSummaryDto] })
  sample!: LetterSummaryDto[];

  @ApiProperty({
    description: 'Topics that are written to; of a purge, the one that letters are deleted from',
  })
  target!: string;

  @ApiProperty({ type: [String], description: 'What is not done, and why' })
  refused!: string[];
}

/** An operation, and how far it is. */
export class OperationDto implements Operation {
  @ApiProperty()
  id!: string;

  @ApiProperty({ enum: OPERATION_KINDS })
  kind!: Operation['kind'];

  @ApiProperty({ enum: OPERATION_STATES })
  state!: Operation['state'];

  @ApiProperty()
  actor!: string;

  @ApiProperty({ description: 'Whether the actor is proven by a signature (CONTROL_SECRET)' })
  verified!: boolean;

  @ApiProperty(TIME)
  createdAt!: string;

  @ApiProperty({ type: 'integer', description: 'Letters, as counted at the beginning' })
  total!: number;

  @ApiProperty({ type: 'integer', description: 'Letters replayed, parked or deleted' })
  done!: number;

  @ApiProperty({ type: 'integer' })
  parked!: number;

  @ApiProperty({
    type: 'integer',
    description: 'Gone meanwhile, too large for their target, or not to be replayed',
  })
  refused!: number;

  @ApiProperty({ type: 'integer', description: 'Letters a second' })
  rate!: number;

  @ApiProperty({ ...NULLABLE_TEXT, description: 'null: the topic that each came from' })
  target!: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'Times in milliseconds',
  })
  filter!: Operation['filter'];

  @ApiProperty({ type: 'integer', nullable: true, description: 'How many were selected' })
  selected!: number | null;

  @ApiProperty({ ...TIME, nullable: true, description: 'Of a purge' })
  before!: string | null;

  @ApiProperty({ ...NULLABLE_TEXT, description: 'The instance that was at it last' })
  runner!: string | null;

  @ApiProperty({ ...NULLABLE_TEXT, description: 'Why it failed, where that is known' })
  problem!: string | null;
}
