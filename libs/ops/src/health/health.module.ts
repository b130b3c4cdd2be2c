import { Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { HEALTH_PROBES, type HealthProbes } from './health-probe.js';
import { HealthController } from './health.controller.js';

/**
 * GET /health (the same as ready), /health/live, /health/ready and /health/startup.
 *
 * @publicApi
 */
@Module({})
export class HealthModule {
  /** @param options.useFactory makes the app's probes from what `inject` names */
  static register(
    options: Pick<ModuleMetadata, 'imports'> & Pick<FactoryProvider<HealthProbes>, 'inject' | 'useFactory'>,
  ): DynamicModule {
    const { imports = [], inject = [], useFactory } = options;
    return {
      module: HealthModule,
      // Terminus would log every failed check as an error, at the pace of the probes.
      imports: [TerminusModule.forRoot({ logger: false }), ...imports],
      controllers: [HealthController],
      providers: [{ provide: HEALTH_PROBES, inject, useFactory }],
    };
  }
}
