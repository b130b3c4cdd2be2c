import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { AUDIT_OUTCOMES, ROLES, type AuditEntry } from '@pipeline/ops';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Matches, Max, Min } from 'class-validator';

const MOST = 100;

/** Which part of the audit is asked for. */
export class AuditQueryDto {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MOST, default: 50 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MOST)
  limit?: number;

  @ApiPropertyOptional({ pattern: '^[0-9]{1,18}$', description: 'The nextCursor of the page before' })
  @IsOptional()
  @Matches(/^[0-9]{1,18}$/)
  cursor?: string;
}

interface AuditItem extends AuditEntry {
  readonly verified: boolean;
}

export interface AuditPage {
  readonly items: readonly AuditItem[];
  readonly nextCursor: string | null;
}

class AuditItemDto implements AuditItem {
  @ApiProperty({ type: 'string', format: 'date-time' })
  at!: string;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'The name of a token; null where none was valid',
  })
  actor!: string | null;

  @ApiProperty({ type: 'string', enum: [...ROLES, null], nullable: true })
  role!: AuditEntry['role'];

  @ApiProperty({ description: 'The address that the request came from' })
  from!: string;

  @ApiProperty({ example: 'pause' })
  action!: string;

  @ApiProperty({ type: 'object', additionalProperties: true })
  parameters!: AuditEntry['parameters'];

  @ApiProperty({ enum: AUDIT_OUTCOMES })
  outcome!: AuditEntry['outcome'];

  @ApiProperty({ type: 'integer', description: 'Status of the answer' })
  status!: number;

  @ApiProperty({
    description: 'Whether it is proven that an instance of this group wrote it (CONTROL_SECRET)',
  })
  verified!: boolean;
}

export class AuditPageDto implements AuditPage {
  @ApiProperty({ type: [AuditItemDto] })
  items!: AuditItemDto[];

  @ApiProperty({ type: 'string', nullable: true, description: 'null on the last page' })
  nextCursor!: string | null;
}
