import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Matches, MaxLength, ValidateBy } from 'class-validator';
import { parseDuration } from './parse-duration.js';

/** No control characters, line breaks or broken surrogates: the reason is logged and shown. */
const PRINTABLE = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u;

const IsDuration = () =>
  ValidateBy({
    name: 'isDuration',
    validator: {
      validate: (value) => typeof value === 'string' && parseDuration(value) !== undefined,
      defaultMessage: () =>
        '$property must be a duration of at most 30 days: 15m, 1h30m, PT15M or a number of seconds',
    },
  });

/**
 * The optional body of POST /admin/pause.
 *
 * @publicApi
 */
export class PauseCommandDto {
  @ApiPropertyOptional({
    type: 'string',
    nullable: true,
    maxLength: 200,
    example: 'maintenance of the database',
  })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  @Matches(PRINTABLE, { message: '$property must consist of printable characters' })
  reason?: string | null;

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

  @ApiPropertyOptional({ enum: ['group', 'instance', null], nullable: true })
  @IsOptional()
  @IsIn(['group', 'instance'])
  scope?: 'group' | 'instance' | null;
}
