import { Get, Query, ServiceUnavailableException } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { AdminController, ApiProblem, RequiresRole } from '@pipeline/ops';
import { AuditLog } from './audit-log.js';
import { AuditUnavailableError } from './audit-reader.js';
import { AuditPageDto, AuditQueryDto, type AuditPage } from './audit.dto.js';

@AdminController('audit')
export class AuditController {
  constructor(private readonly audit: AuditLog) {}

  @Get()
  @RequiresRole('operator')
  @ApiOkResponse({
    type: AuditPageDto,
    description: 'Commands and denied attempts of the whole group, newest first; the last 10,000 of them.',
  })
  @ApiProblem(503, 'The audit topic cannot be read.')
  async page(@Query() { limit = 50, cursor }: AuditQueryDto): Promise<AuditPage> {
    try {
      const found = await this.audit.page(limit, cursor === undefined ? undefined : BigInt(cursor));
      const last = found.at(-1);
      return {
        items: found.map(({ entry, verified }) => ({ ...entry, verified })),
        nextCursor: last && found.length === limit ? String(last.offset) : null,
      };
    } catch (error) {
      throw error instanceof AuditUnavailableError ? new ServiceUnavailableException(error.message) : error;
    }
  }
}
