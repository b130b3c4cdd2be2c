import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  BadRequestException,
  HttpException,
  PayloadTooLargeException,
  UnsupportedMediaTypeException,
} from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';

const LIMIT_KB = 16;
/** Commands are flat; validation, which recurses, would overflow the stack on what 16 kB can hold. */
const DEPTH = 10;
const JSON_TYPE = /^application\/json *(;|$)/i;

/**
 * Lets requests have no body, or JSON in UTF-8 of at most 16 kB. The forms that a web page can send anywhere
 * without being asked are not JSON and get 415. Refusals say what is wrong without quoting the body.
 */
export function acceptJsonBodies(app: NestExpressApplication): void {
  app.use(refuseOtherTypes);
  app.useBodyParser('json', { limit: `${LIMIT_KB}kb`, strict: true, inflate: false });
  app.use(refuseDeepNesting);
  app.use(explainRefusal);
}

type Next = (error?: unknown) => void;

function refuseOtherTypes({ headers }: IncomingMessage, _response: ServerResponse, next: Next): void {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  const isJson = JSON_TYPE.test(headers['content-type'] ?? '');
  if (hasBody && !isJson) {
    next(new UnsupportedMediaTypeException('The request body must be sent as application/json'));
  } else {
    next();
  }
}

function refuseDeepNesting(request: IncomingMessage, _response: ServerResponse, next: Next): void {
  const { body } = request as { body?: unknown };
  if (isDeeper(body, DEPTH)) next(new BadRequestException('The request body is nested too deeply'));
  else next();
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((member) => isDeeper(member, depth - 1));
}

/** Express knows an error handler by its four parameters. */
function explainRefusal(
  error: unknown,
  _request: IncomingMessage,
  _response: ServerResponse,
  next: Next,
): void {
  next(explained(error));
}

function explained(error: unknown): HttpException {
  if (error instanceof HttpException) return error;
  const { status } = error as { status?: unknown };
  if (status === 413)
    return new PayloadTooLargeException(`The request body must be at most ${LIMIT_KB} kB long`);
  if (status === 415)
    return new UnsupportedMediaTypeException('The request body must be UTF-8, not compressed');
  return new BadRequestException('The request body must be a JSON object in UTF-8');
}
