import { Inject, Logger, Module, type DynamicModule, type OnApplicationBootstrap } from '@nestjs/common';
import { ADMIN_ACCESS, type AdminAccess } from './admin-access.js';
import { AdminGuard } from './admin.guard.js';

/**
 * Lets `@AdminController()` be used everywhere in an app.
 *
 * @publicApi
 */
@Module({})
export class AuthModule implements OnApplicationBootstrap {
  private readonly logger = new Logger(AuthModule.name);

  constructor(@Inject(ADMIN_ACCESS) private readonly access: AdminAccess) {}

  static register(access: AdminAccess): DynamicModule {
    return {
      module: AuthModule,
      global: true,
      providers: [{ provide: ADMIN_ACCESS, useValue: access }, AdminGuard],
      exports: [ADMIN_ACCESS, AdminGuard],
    };
  }

  onApplicationBootstrap(): void {
    if (this.access.auth !== 'none') return;
    this.logger.warn(
      '/admin is open to everyone who reaches this port (ADMIN_AUTH=none): for development only',
    );
  }
}
