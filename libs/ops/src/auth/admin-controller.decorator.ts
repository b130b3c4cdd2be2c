import { applyDecorators, Controller, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ProblemDto } from '../http/problem.dto.js';
import { AdminGuard } from './admin.guard.js';

/** The security scheme of the API's description. */
export const ADMIN_TOKEN_SCHEME = 'admin-token';

/** Why a request is refused, by status. */
const REFUSALS = {
  400: 'The request body is not JSON, or a value in it is wrong; every problem is named.',
  401: 'A token is missing, wrong, or not configured.',
  403: 'A foreign web page may have sent this, or the token may not do it.',
  413: 'The request body is too long.',
  415: 'The request body is not application/json in UTF-8.',
};

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
    ...Object.entries(REFUSALS).map(([status, description]) =>
      ApiResponse({ status: Number(status), description, type: ProblemDto }),
    ),
  );
