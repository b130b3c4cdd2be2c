import { applyDecorators, Controller, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { AuditInterceptor } from '../audit/audit.interceptor.js';
import { ApiProblem } from '../http/api-problem.decorator.js';
import { AdminGuard } from './admin.guard.js';

/** The security scheme of the API's description. */
export const ADMIN_TOKEN_SCHEME = 'admin-token';

/** Why a request is refused, by status. */
const REFUSALS = {
  400: 'The request body is not JSON, or a value in it is wrong; every problem is named.',
  401: 'A token is missing, wrong, or not configured.',
  403: 'A foreign web page may have sent this, or the role of the token may not do it.',
  413: 'The request body is too long.',
  415: 'The request body is not application/json in UTF-8.',
  429: 'Too many commands, or too many requests without a valid token; Retry-After says how long to wait.',
};

/**
 * A controller under /admin, guarded, audited and described as such. Its handlers say by `@RequiresRole` who may
 * call them.
 *
 * @param path below /admin
 *
 * @publicApi
 */
export const AdminController = (path = '') =>
  applyDecorators(
    Controller(path === '' ? 'admin' : `admin/${path}`),
    UseGuards(AdminGuard),
    UseInterceptors(AuditInterceptor),
    ApiTags('admin'),
    ApiBearerAuth(ADMIN_TOKEN_SCHEME),
    ...Object.entries(REFUSALS).map(([status, description]) => ApiProblem(Number(status), description)),
  );
