import { Controller, Get, Inject, UseFilters } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  HealthCheck,
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
} from '@nestjs/terminus';
import { KeepBodyFilter } from '../http/keep-body.filter.js';
import { HEALTH_PROBES, type HealthProbe, type HealthProbes } from './health-probe.js';

/** Answers 200, or 503 with what is down, in Terminus' JSON; never cached. */
@ApiTags('health')
@Controller('health')
@UseFilters(KeepBodyFilter)
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    @Inject(HEALTH_PROBES) private readonly probes: HealthProbes,
  ) {}

  @Get(['', 'ready'])
  @HealthCheck()
  @ApiOperation({ summary: 'Does this instance do its work?' })
  ready(): Promise<HealthCheckResult> {
    return this.check(this.probes.ready);
  }

  @Get('live')
  @HealthCheck()
  @ApiOperation({ summary: 'Is this process sound, or should it be restarted?' })
  live(): Promise<HealthCheckResult> {
    return this.check(this.probes.live);
  }

  @Get('startup')
  @HealthCheck()
  @ApiOperation({ summary: 'Is the start over?' })
  startup(): Promise<HealthCheckResult> {
    return this.check(this.probes.startup);
  }

  private check(probes: readonly HealthProbe[]): Promise<HealthCheckResult> {
    return this.health.check(
      probes.map((probe) => () => {
        const { up, details } = probe.check();
        const indicator = this.indicators.check(probe.name);
        return up ? indicator.up(details) : indicator.down(details);
      }),
    );
  }
}
