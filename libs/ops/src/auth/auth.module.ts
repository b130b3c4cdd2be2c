import { Inject, Logger, Module, type DynamicModule, type OnApplicationBootstrap } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail.js';
import { AdminListener } from '../http/admin-listener.js';
import { ADMIN_ACCESS, type AdminAccess } from './admin-access.js';
import { AccessController } from './access.controller.js';
import { AdminGuard } from './admin.guard.js';
import { Tokens } from './tokens.js';

/**
 * Lets `@AdminController()` be used everywhere in an app, and serves /admin/me and /admin/tokens.
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
      controllers: [AccessController],
      providers: [{ provide: ADMIN_ACCESS, useValue: access }, Tokens, AuditTrail, AdminGuard, AdminListener],
      exports: [ADMIN_ACCESS, Tokens, AuditTrail, AdminGuard],
    };
  }

  onApplicationBootstrap(): void {
    if (this.access.auth !== 'none') return;
    this.logger.warn(
      '/admin is open to everyone who reaches this port (ADMIN_AUTH=none): for development only',
    );
  }
}
