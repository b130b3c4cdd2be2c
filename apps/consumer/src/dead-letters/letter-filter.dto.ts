import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsInt, IsOptional, IsString, Max, MaxLength, Min, ValidateBy } from 'class-validator';
import { readCursor } from './index/cursor.js';
import type { LetterFilter } from './letter.js';

const TIME = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/;
const LARGEST_PARTITION = 2 ** 31 - 1;

/** In an address everything is a text. */
const FromText = (read: (text: string) => unknown) =>
  Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? read(value) : value));
const ToInteger = () => FromText((text) => (/^\d{1,16}$/.test(text) ? Number(text) : text));
const ToBoolean = () => FromText((text) => ({ true: true, false: false })[text] ?? text);

/** Undefined for what is no time. */
export const parseTime = (text: string): number | undefined => {
  const [, day] = TIME.exec(text) ?? [];
  const ms = day !== undefined && isDay(day) ? Date.parse(text) : NaN;
  return Number.isNaN(ms) ? undefined : ms;
};

/** February 30 would be March 2, which nobody means who deletes what was written before. */
const isDay = (day: string): boolean => {
  const ms = Date.parse(day);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day);
};

export const IsTime = () =>
  ValidateBy({
    name: 'isTime',
    validator: {
      validate: (value) => typeof value === 'string' && parseTime(value) !== undefined,
      defaultMessage: () => '$property must be an ISO 8601 date, or date and time with a zone',
    },
  });

const IsCursor = () =>
  ValidateBy({
    name: 'isCursor',
    validator: {
      validate: (value) => typeof value === 'string' && readCursor(value) !== undefined,
      defaultMessage: () => '$property must be the nextCursor of a page before',
    },
  });

const text = (description: string, example?: string) =>
  ApiPropertyOptional({
    type: 'string',
    nullable: true,
    maxLength: 249,
    description,
    ...(example !== undefined && { example }),
  });

/** Which dead letters; everything that is given has to hold. */
export class LetterFilterDto {
  @text('Why it is a dead letter', 'VALIDATION_FAILED')
  @IsOptional()
  @IsString()
  @MaxLength(249)
  reason?: string | null;

  @text('The code of a broken rule; with `field`, of that field', 'ip_not_public')
  @IsOptional()
  @IsString()
  @MaxLength(249)
  rule?: string | null;

  @text('The field that breaks a rule', 'ip')
  @IsOptional()
  @IsString()
  @MaxLength(249)
  field?: string | null;

  @ApiPropertyOptional({
    nullable: true,
    type: 'string',
    format: 'date-time',
    description: 'Failed at this time or later',
  })
  @IsOptional()
  @IsTime()
  from?: string | null;

  @ApiPropertyOptional({
    nullable: true,
    type: 'string',
    format: 'date-time',
    description: 'Failed before this time',
  })
  @IsOptional()
  @IsTime()
  to?: string | null;

  @text('The topic that it was read from in its first life')
  @IsOptional()
  @IsString()
  @MaxLength(249)
  topic?: string | null;

  @ApiPropertyOptional({
    nullable: true,
    type: 'integer',
    minimum: 0,
    maximum: LARGEST_PARTITION,
    description: 'Of that topic',
  })
  @IsOptional()
  @ToInteger()
  @IsInt()
  @Min(0)
  @Max(LARGEST_PARTITION)
  partition?: number | null;

  @ApiPropertyOptional({
    nullable: true,
    type: 'integer',
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'In that partition',
  })
  @IsOptional()
  @ToInteger()
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  offset?: number | null;

  @ApiPropertyOptional({ nullable: true, type: 'boolean', description: 'Whether it has been replayed since' })
  @IsOptional()
  @ToBoolean()
  @IsBoolean()
  replayed?: boolean | null;
}

/** A page of a list. */
export class LetterQueryDto extends LetterFilterDto {
  @ApiPropertyOptional({ nullable: true, type: 'integer', minimum: 1, maximum: 100, default: 50 })
  @IsOptional()
  @ToInteger()
  @IsInt()
  @Min(1)
  @Max(100)
  limit?: number | null;

  @ApiPropertyOptional({ nullable: true, type: 'string', description: 'The nextCursor of the page before' })
  @IsOptional()
  @IsCursor()
  cursor?: string | null;
}

/** The body of a search: by POST, so that no personal data stands in an address. */
export class LetterSearchDto extends LetterQueryDto {
  @ApiPropertyOptional({ nullable: true, type: 'string', maxLength: 1_000, description: 'The whole key' })
  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  key?: string | null;

  @ApiPropertyOptional({
    nullable: true,
    type: 'string',
    maxLength: 1_000,
    description: 'Anywhere in the value, as it is written',
  })
  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  text?: string | null;
}

/** Where a dead letter stands. */
export class LetterPositionDto {
  @ApiProperty({ type: 'integer', minimum: 0, maximum: LARGEST_PARTITION })
  @ToInteger()
  @IsInt()
  @Min(0)
  @Max(LARGEST_PARTITION)
  partition!: number;

  @ApiProperty({ type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
  @ToInteger()
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  offset!: number;
}

/** What is null counts as not given. */
export const toFilter = (given: LetterFilterDto): LetterFilter => ({
  reason: given.reason ?? undefined,
  rule: given.rule ?? undefined,
  field: given.field ?? undefined,
  from: timeOf(given.from),
  to: timeOf(given.to),
  topic: given.topic ?? undefined,
  partition: given.partition ?? undefined,
  offset: given.offset ?? undefined,
  replayed: given.replayed ?? undefined,
});

const timeOf = (text: string | null | undefined): number | undefined =>
  typeof text === 'string' ? parseTime(text) : undefined;
