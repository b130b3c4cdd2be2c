import { Body, Delete, Get, Inject, Put, ServiceUnavailableException } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { describeError } from '@pipeline/kafka';
import {
  AdminController,
  ApiProblem,
  Audited,
  LOG_LEVELS,
  LogLevel,
  parseDuration,
  RequiresRole,
  type DescribedSetting,
  type LogLevelState,
} from '@pipeline/ops';
import { History, type HistorySample } from './history.js';
import { Instances, type InstanceView } from './instances.js';
import {
  DescribedSettingDto,
  HistorySampleDto,
  InstanceDto,
  LogLevelCommandDto,
  LogLevelDto,
} from './run-time.dto.js';

export const EFFECTIVE_SETTINGS = Symbol('EFFECTIVE_SETTINGS');

const DEFAULT_MS = 15 * 60_000;

/** Nothing of it is checked yet. */
const selectLevel = ({
  body: { level, for: end },
}: {
  readonly body: Readonly<Record<string, unknown>>;
}) => ({
  level: LOG_LEVELS.find((known) => known === level),
  for: parseDuration(end) === undefined ? undefined : end,
});

/** What can be seen, and changed for a time, while an instance runs. */
@AdminController()
export class RunTimeController {
  constructor(
    private readonly logLevel: LogLevel,
    private readonly past: History,
    private readonly group: Instances,
    @Inject(EFFECTIVE_SETTINGS) private readonly settings: readonly DescribedSetting[],
  ) {}

  @Get('history')
  @RequiresRole('viewer')
  @ApiOkResponse({
    type: [HistorySampleDto],
    description: 'The last 15 minutes of this instance, a sample every 5 s, oldest first.',
  })
  history(): readonly HistorySample[] {
    return this.past.list();
  }

  @Get('instances')
  @RequiresRole('viewer')
  @ApiOkResponse({ type: [InstanceDto], description: 'The members of the group; none while it rebalances.' })
  @ApiProblem(503, 'The coordinator of the group does not answer.')
  async instances(): Promise<readonly InstanceView[]> {
    try {
      return await this.group.list();
    } catch (error) {
      throw new ServiceUnavailableException(
        `The coordinator of the group does not answer: ${describeError(error)}`,
      );
    }
  }

  @Get('log-level')
  @RequiresRole('viewer')
  @ApiOkResponse({ type: LogLevelDto })
  level(): LogLevelState {
    return this.logLevel.state;
  }

  @Put('log-level')
  @RequiresRole('operator')
  @Audited('log-level', selectLevel)
  @ApiOkResponse({
    type: LogLevelDto,
    description: 'Of this instance; the configured level returns by itself.',
  })
  setLevel(@Body() { level, for: duration }: LogLevelCommandDto): LogLevelState {
    return this.logLevel.set(level, duration ? (parseDuration(duration) ?? DEFAULT_MS) : DEFAULT_MS);
  }

  @Delete('log-level')
  @RequiresRole('operator')
  @Audited('log-level reset')
  @ApiOkResponse({ type: LogLevelDto, description: 'The configured level has returned.' })
  resetLevel(): LogLevelState {
    return this.logLevel.reset();
  }

  @Get('config')
  @RequiresRole('operator')
  @ApiOkResponse({
    type: [DescribedSettingDto],
    description: 'The effective configuration; secrets show only whether they are set.',
  })
  config(): readonly DescribedSetting[] {
    return this.settings;
  }
}
