import { BadRequestException, Body, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { AdminController, ApiProblem, Audited, CurrentActor, RequiresRole, type Actor } from '@pipeline/ops';
import { parseTime, toFilter } from '../dead-letters/letter-filter.dto.js';
import { auditedChoice, auditedCutoff } from './audited-choice.js';
import type { Operation } from './operation.js';
import {
  DryRunDto,
  LetterChoiceDto,
  OperationDto,
  PurgeCommandDto,
  PurgeDryRunDto,
  ReplayCommandDto,
} from './operation.dto.js';
import { Operations, type DryRun, type Request } from './operations.js';

const DEFAULT_RATE = 500;
const UNAVAILABLE = 'The index is being built, or Kafka does not answer.';

/** What can be done with dead letters; each by a dry run first. */
@AdminController('dead-letters')
@ApiProblem(503, UNAVAILABLE)
export class LetterCommandsController {
  constructor(private readonly operations: Operations) {}

  @Post('replay/dry-run')
  @RequiresRole('operator')
  @Audited('replay dead letters, dry run', auditedChoice)
  @HttpCode(200)
  @ApiOkResponse({ type: DryRunDto, description: 'What a replay would do.' })
  async replayDryRun(@Body() command: ReplayCommandDto = new ReplayCommandDto()): Promise<DryRun> {
    return this.operations.dryRun(toRequest('replay', command, command.target));
  }

  @Post('replay')
  @RequiresRole('operator')
  @Audited('replay dead letters', auditedChoice)
  @HttpCode(200)
  @ApiOkResponse({ type: OperationDto, description: 'The operation, which goes on by itself.' })
  @ApiProblem(409, 'Another replay by filter has not ended.')
  async replay(
    @Body() command: ReplayCommandDto = new ReplayCommandDto(),
    @CurrentActor() { name }: Actor,
  ): Promise<Operation> {
    return this.operations.begin(toRequest('replay', command, command.target), name);
  }

  @Post('park/dry-run')
  @RequiresRole('operator')
  @Audited('park dead letters, dry run', auditedChoice)
  @HttpCode(200)
  @ApiOkResponse({ type: DryRunDto, description: 'What parking would do.' })
  async parkDryRun(@Body() command: LetterChoiceDto = new LetterChoiceDto()): Promise<DryRun> {
    return this.operations.dryRun(toRequest('park', command));
  }

  @Post('park')
  @RequiresRole('operator')
  @Audited('park dead letters', auditedChoice)
  @HttpCode(200)
  @ApiOkResponse({ type: OperationDto, description: 'The operation, which goes on by itself.' })
  async park(
    @Body() command: LetterChoiceDto = new LetterChoiceDto(),
    @CurrentActor() { name }: Actor,
  ): Promise<Operation> {
    return this.operations.begin(toRequest('park', command), name);
  }

  @Post('purge/dry-run')
  @RequiresRole('admin')
  @Audited('purge dead letters, dry run', auditedCutoff)
  @HttpCode(200)
  @ApiOkResponse({ type: DryRunDto, description: 'How many dead letters a purge would delete.' })
  async purgeDryRun(@Body() command: PurgeDryRunDto = new PurgeDryRunDto()): Promise<DryRun> {
    return this.operations.purgeDryRun(toCutoff(command));
  }

  @Post('purge')
  @RequiresRole('admin')
  @Audited('purge dead letters', auditedCutoff)
  @HttpCode(200)
  @ApiOkResponse({ type: OperationDto, description: 'The operation, which has ended.' })
  @ApiProblem(409, 'It is not that many dead letters.')
  async purge(
    @Body() command: PurgeCommandDto = new PurgeCommandDto(),
    @CurrentActor() { name }: Actor,
  ): Promise<Operation> {
    return this.operations.purge(toCutoff(command), command.count, name);
  }
}

function toRequest(
  kind: Request['kind'],
  { selection, filter, rate }: LetterChoiceDto,
  target?: string | null,
): Request {
  if (!selection === !filter) throw new BadRequestException(['either selection or filter must be given']);
  return {
    kind,
    selection: selection ?? null,
    filter: filter ? toFilter(filter) : null,
    target: target ?? null,
    rate: rate ?? DEFAULT_RATE,
  };
}

/** A request without a body has not been validated. */
function toCutoff({ before: text }: PurgeDryRunDto): number {
  const before = parseTime(text);
  if (before === undefined) throw new BadRequestException(['before must be given']);
  return before;
}
