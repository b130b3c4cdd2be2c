import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Matches, ValidateBy } from 'class-validator';
import { SHORT_PRINTABLE } from '../audit/printable.js';
import { LONGEST_MS, parseDuration } from './parse-duration.js';

/**
 * What `parseDuration` reads, not longer than `longestMs`.
 *
 * @publicApi
 */
export const IsDuration = (longestMs = LONGEST_MS, longest = '30 days') =>
  ValidateBy({
    name: 'isDuration',
    validator: {
      validate: (value) => (parseDuration(value) ?? Infinity) <= longestMs,
      defaultMessage: () =>
        `$property must be a time such as 15m, 1h30m, PT15M or 900 (seconds), at most ${longest}`,
    },
  });

/**
 * How `IsDuration` stands in /openapi.json.
 *
 * @publicApi
 */
export const durationSchema = (longestMs = LONGEST_MS) => ({
  oneOf: [{ type: 'string' }, { type: 'integer', minimum: 1, maximum: longestMs / 1_000 }],
  nullable: true,
  example: '15m',
});

/**
 * The optional body of POST /admin/resume, and of both commands where a pause has no end of its own.
 *
 * @publicApi
 */
export class ResumeCommandDto {
  @ApiPropertyOptional({
    type: 'string',
    nullable: true,
    maxLength: 200,
    example: 'maintenance of the database',
  })
  @IsOptional()
  @IsString()
  @Matches(SHORT_PRINTABLE, { message: '$property must consist of at most 200 printable characters' })
  reason?: string | null;

  @ApiPropertyOptional({ enum: ['group', 'instance', null], nullable: true })
  @IsOptional()
  @IsIn(['group', 'instance'])
  scope?: 'group' | 'instance' | null;
}

/**
 * The optional body of POST /admin/pause.
 *
 * @publicApi
 */
export class PauseCommandDto extends ResumeCommandDto {
  /** Read it with `parseDuration`. */
  @ApiPropertyOptional({
    ...durationSchema(),
    description: 'At most 30 days: 15m, 1h30m, PT15M or a number of seconds.',
  })
  @IsOptional()
  @IsDuration()
  for?: string | number | null;
}
