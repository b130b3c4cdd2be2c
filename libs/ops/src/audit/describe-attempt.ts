import type { ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { clientAddress } from '../auth/client-address.js';
import { AUDITED, type AuditedAction } from './audited.decorator.js';
import { safeParameters, type AuditEntry } from './audit-entry.js';

/** What there is to tell of a request before its outcome is known. */
export function describeAttempt(
  context: ExecutionContext,
  reflector: Reflector,
): Pick<AuditEntry, 'at' | 'from' | 'action' | 'parameters'> {
  const request = context.switchToHttp().getRequest<Request>();
  const audited = reflector.get<AuditedAction | undefined>(AUDITED, context.getHandler());
  return {
    at: new Date().toISOString(),
    from: clientAddress(request),
    action: audited?.action ?? `${request.method} ${routeOf(request)}`,
    parameters: audited ? selected(audited, request) : {},
  };
}

/** Whether a request changes something, or wants to. */
export const isCommand = ({ method }: Pick<Request, 'method'>): boolean => !['GET', 'HEAD'].includes(method);

/** The pattern, never the path itself, which is as hostile as any input. */
const routeOf = ({ route }: Request): string => {
  const { path } = (route ?? {}) as { path?: unknown };
  return typeof path === 'string' ? path : '/admin';
};

function selected({ select }: AuditedAction, { body, params }: Request): AuditEntry['parameters'] {
  const given: unknown = body;
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
  return safeParameters(select({ body: isObject ? (given as Record<string, unknown>) : {}, params }));
}
