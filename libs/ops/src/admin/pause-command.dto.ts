import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Matches, ValidateBy } from 'class-validator';
import { SHORT_PRINTABLE } from '../audit/printable.js';
import { LONGEST_MS, parseDuration } from './parse-duration.js';

/**
 * A text that `parseDuration` reads, not longer than `longestMs`.
 *
 * @publicApi
 */
export const IsDuration = (longestMs = LONGEST_MS, longest = '30 days') =>
  ValidateBy({
    name: 'isDuration',
    validator: {
      validate: (value) => typeof value === 'string' && (parseDuration(value) ?? Infinity) <= longestMs,
      defaultMessage: () =>
        `$property must be a text such as 15m, 1h30m, PT15M or 900 (seconds), at most ${longest}`,
    },
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
    type: 'string',
    nullable: true,
    example: '15m',
    description: 'At most 30 days: 15m, 1h30m, PT15M or a number of seconds.',
  })
  @IsOptional()
  @IsDuration()
  for?: string | null;
}
