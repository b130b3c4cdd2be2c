import { STATUS_CODES } from 'node:http';
import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { PROBLEM_TYPE, type Problem } from './problem.dto.js';

/** Makes of every error a problem (RFC 9457) that quotes nothing of the request and tells nothing of our inside. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const problem = toProblem(error);
    if (!(error instanceof HttpException)) this.logger.error('a request failed', { err: error });
    // What is already being sent can only be cut off, so that nobody takes it for whole.
    if (response.headersSent) response.destroy();
    else response.status(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(problem));
  }
}

function toProblem(error: unknown): Problem {
  const status = error instanceof HttpException ? error.getStatus() : 500;
  const title = STATUS_CODES[status] ?? 'Error';
  const problem = { type: 'about:blank', title, status };
  if (!(error instanceof HttpException))
    return { ...problem, detail: 'The request failed here: see the log' };
  const body = error.getResponse();
  const message: unknown = typeof body === 'string' ? body : (body as { message?: unknown }).message;
  if (Array.isArray(message)) {
    const errors = message.map(String);
    return { ...problem, detail: errors.join('; '), errors };
  }
  // Nest's own 404 repeats the address, with whatever stands in it.
  if (status === 404 && typeof message === 'string' && /^Cannot [A-Z]+ /.test(message)) {
    return { ...problem, detail: 'There is nothing at this address' };
  }
  return { ...problem, detail: typeof message === 'string' ? message : title };
}
