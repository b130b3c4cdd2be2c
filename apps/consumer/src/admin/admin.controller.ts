import { Body, Get, HttpCode, Inject, Post, ServiceUnavailableException } from '@nestjs/common';
import { ApiBody, ApiOkResponse } from '@nestjs/swagger';
import {
  Circuits,
  FloodWatch,
  KafkaBatchServer,
  type CircuitStatus,
  type TransportStatus,
} from '@pipeline/kafka';
import {
  AdminController,
  ApiProblem,
  Audited,
  CurrentActor,
  parseDuration,
  RequiresRole,
  type Actor,
} from '@pipeline/ops';
import type { ControlStatus } from '../control/control-health.js';
import { ControlLog, ControlUnavailableError } from '../control/control-log.js';
import { ControlState } from '../control/control-state.js';
import { History, type Throughput } from '../run-time/history.js';
import { ENVIRONMENT } from '../run-time/run-time.module.js';
import { THIS_INSTANCE, type InstanceInfo } from '../run-time/this-instance.js';
import { PausePartitionsDto, ResumePartitionsDto } from './pause-command.dto.js';
import { PauseControl } from './pause-control.js';
import type { PauseState, PauseView } from './pause-view.js';
import { ConsumerStatusDto, PauseStateDto } from './status.dto.js';

interface ConsumerStatus {
  readonly pause: PauseState;
  readonly pauses: readonly PauseView[];
  readonly control: ControlStatus & { readonly newerVersions: number };
  readonly circuits: readonly CircuitStatus[];
  readonly flood: boolean;
  readonly transport: TransportStatus;
  readonly instance: InstanceInfo & { readonly environment: string };
  readonly throughput: Throughput;
  readonly rebalances: number;
}

const SCOPES: readonly unknown[] = ['group', 'instance'];

/** Nothing of it is checked yet. */
const selectPause = ({ body }: { readonly body: Readonly<Record<string, unknown>> }) => {
  const { scope, reason, for: end, partitions } = body;
  const where = scope ?? 'group';
  return {
    scope: SCOPES.includes(where) ? where : undefined,
    for: parseDuration(end) === undefined ? undefined : end,
    reason,
    partitions,
  };
};

const CANNOT_TELL = 'The group cannot be told: the control topic cannot be read or written.';

@AdminController()
export class ConsumerAdminController {
  constructor(
    private readonly pauses: PauseControl,
    private readonly server: KafkaBatchServer,
    private readonly circuits: Circuits,
    private readonly flood: FloodWatch,
    private readonly control: ControlLog,
    private readonly state: ControlState,
    private readonly history: History,
    @Inject(ENVIRONMENT) private readonly environment: string,
  ) {}

  @Post('pause')
  @HttpCode(200)
  @RequiresRole('operator')
  @Audited('pause', selectPause)
  @ApiBody({ type: PausePartitionsDto, required: false })
  @ApiOkResponse({
    type: PauseStateDto,
    description:
      'The whole group, unless `scope` says otherwise, takes no further events within a second; members stay members. The new state.',
  })
  @ApiProblem(503, CANNOT_TELL)
  pause(
    @CurrentActor() actor: Actor,
    @Body() command: PausePartitionsDto = new PausePartitionsDto(),
  ): Promise<PauseState> {
    return unlessUnavailable(this.pauses.pause(command, actor));
  }

  @Post('resume')
  @HttpCode(200)
  @RequiresRole('operator')
  @Audited('resume', selectPause)
  @ApiBody({ type: ResumePartitionsDto, required: false })
  @ApiOkResponse({
    type: PauseStateDto,
    description:
      'Ends the pauses of this scope, and lets go on what waited for an operator: a flood, what could not be delivered, what is gone. The new state.',
  })
  @ApiProblem(503, CANNOT_TELL)
  resume(
    @CurrentActor() actor: Actor,
    @Body() command: ResumePartitionsDto = new ResumePartitionsDto(),
  ): Promise<PauseState> {
    return unlessUnavailable(this.pauses.resume(command, actor));
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
      pauses: this.pauses.list(),
      control: { ...this.control.describe(), newerVersions: this.state.unknown().length },
      circuits: this.circuits.describe(),
      flood: this.flood.isFlooded,
      transport: this.server.describe(),
      instance: { ...THIS_INSTANCE, environment: this.environment },
      throughput: this.history.throughput(),
      rebalances: this.history.rebalances,
    };
  }
}

async function unlessUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof ControlUnavailableError ? new ServiceUnavailableException(error.message) : error;
  }
}
