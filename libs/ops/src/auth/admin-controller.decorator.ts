import { applyDecorators, Controller, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiForbiddenResponse, ApiTags, ApiUnauthorizedResponse } from '@nestjs/swagger';
import { AdminGuard } from './admin.guard.js';

/** The security scheme of the API's description. */
export const ADMIN_TOKEN_SCHEME = 'admin-token';

/**
 * A controller under /admin, guarded and described as such.
 *
 * @publicApi
 */
export const AdminController = () =>
  applyDecorators(
    Controller('admin'),
    UseGuards(AdminGuard),
    ApiTags('admin'),
    ApiBearerAuth(ADMIN_TOKEN_SCHEME),
    ApiUnauthorizedResponse({ description: 'A token is missing, wrong, or not configured.' }),
    ApiForbiddenResponse({
      description: 'A foreign web page may have sent this, or the token may not do it.',
    }),
  );
