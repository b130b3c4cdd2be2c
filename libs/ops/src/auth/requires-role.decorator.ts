import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { Role } from './actor.js';

/** Metadata of a handler: the role it asks for. */
export const REQUIRED_ROLE = Symbol('REQUIRED_ROLE');

/**
 * The least role that may call a handler under /admin. One that declares none is for admins alone.
 *
 * @publicApi
 */
export const RequiresRole = (role: Role) =>
  applyDecorators(SetMetadata(REQUIRED_ROLE, role), ApiExtension('x-required-role', role));
