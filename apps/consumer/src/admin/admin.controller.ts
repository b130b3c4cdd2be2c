import { BadRequestException, Body, Get, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse } from '@nestjs/swagger';
import {
  Circuits,
  FloodWatch,
  KafkaBatchServer,
  type CircuitStatus,
  type TransportStatus,
} from '@pipeline/kafka';
import { AdminController, PauseCommandDto, RequiresRole, ResumeCommandDto } from '@pipeline/ops';
import { PauseControl, type PauseState } from './pause-control.js';
import { ConsumerStatusDto, PauseStateDto } from './status.dto.js';

interface ConsumerStatus {
  readonly pause: PauseState;
  readonly circuits: readonly CircuitStatus[];
  readonly flood: boolean;
  readonly transport: TransportStatus;
}

@AdminController()
export class ConsumerAdminController {
  constructor(
    private readonly pauses: PauseControl,
    private readonly server: KafkaBatchServer,
    private readonly circuits: Circuits,
    private readonly flood: FloodWatch,
  ) {}

  @Post('pause')
  @RequiresRole('operator')
  @HttpCode(200)
  @ApiBody({ type: PauseCommandDto, required: false })
  @ApiOkResponse({
    type: PauseStateDto,
    description: 'Takes no further events; keeps its membership. The new state.',
  })
  pause(@Body() command: PauseCommandDto = new PauseCommandDto()): PauseState {
    refuseGroup(command);
    return this.pauses.pause(command);
  }

  @Post('resume')
  @RequiresRole('operator')
  @HttpCode(200)
  @ApiBody({ type: ResumeCommandDto, required: false })
  @ApiOkResponse({ type: PauseStateDto, description: 'Takes events again. The new state.' })
  resume(@Body() command: ResumeCommandDto = new ResumeCommandDto()): PauseState {
    refuseGroup(command);
    return this.pauses.resume();
  }

  @Get('status')
  @RequiresRole('viewer')
  @ApiOkResponse({
    type: ConsumerStatusDto,
    description: 'What runs, what is paused and why, partitions and lag.',
  })
  status(): ConsumerStatus {
    return {
      pause: this.pauses.current,
      circuits: this.circuits.describe(),
      flood: this.flood.isFlooded,
      transport: this.server.describe(),
    };
  }
}

function refuseGroup({ scope }: ResumeCommandDto): void {
  if (scope === 'group') {
    throw new BadRequestException(['scope must be instance: commanding the whole group is not available']);
  }
}
