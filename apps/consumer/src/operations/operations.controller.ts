import { Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { AdminController, ApiProblem, Audited, RequiresRole } from '@pipeline/ops';
import { auditedId } from './audited-choice.js';
import type { Operation } from './operation.js';
import { OperationDto } from './operation.dto.js';
import { Operations } from './operations.js';

const UNAVAILABLE = 'Kafka does not answer, or too many ask at once.';

/** What is being done with dead letters, and how far it is. */
@AdminController('operations')
@ApiProblem(503, UNAVAILABLE)
export class OperationsController {
  constructor(private readonly operations: Operations) {}

  @Get()
  @RequiresRole('viewer')
  @ApiOkResponse({ type: [OperationDto], description: 'Newest first.' })
  list(): readonly Operation[] {
    return this.operations.list();
  }

  @Get(':id')
  @RequiresRole('viewer')
  @ApiOkResponse({ type: OperationDto })
  @ApiProblem(404, 'There is no such operation.')
  get(@Param('id') id: string): Operation {
    return this.operations.get(id);
  }

  @Post(':id/pause')
  @RequiresRole('operator')
  @Audited('pause an operation', auditedId)
  @HttpCode(200)
  @ApiOkResponse({ type: OperationDto })
  @ApiProblem(404, 'There is no such operation.')
  @ApiProblem(409, 'The operation has ended.')
  pause(@Param('id') id: string): Promise<Operation> {
    return this.operations.command(id, 'pause');
  }

  @Post(':id/resume')
  @RequiresRole('operator')
  @Audited('resume an operation', auditedId)
  @HttpCode(200)
  @ApiOkResponse({ type: OperationDto })
  @ApiProblem(404, 'There is no such operation.')
  @ApiProblem(409, 'The operation has ended.')
  resume(@Param('id') id: string): Promise<Operation> {
    return this.operations.command(id, 'run');
  }

  @Post(':id/cancel')
  @RequiresRole('operator')
  @Audited('cancel an operation', auditedId)
  @HttpCode(200)
  @ApiOkResponse({ type: OperationDto })
  @ApiProblem(404, 'There is no such operation.')
  @ApiProblem(409, 'The operation has ended.')
  cancel(@Param('id') id: string): Promise<Operation> {
    return this.operations.command(id, 'cancel');
  }
}
