import { SetMetadata } from '@nestjs/common';

/** Metadata of a handler: how its calls are written down. */
export const AUDITED = Symbol('AUDITED');

export interface AuditedAction {
  readonly action: string;
  readonly select: (request: AuditedRequest) => object;
}

/** As it came: nothing of it is checked. */
interface AuditedRequest {
  readonly body: Readonly<Record<string, unknown>>;
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * Names a command for the audit, and chooses which of its parameters are written down; values that could hold
 * data of people must not be chosen. Commands without it are written down by their path alone.
 *
 * @publicApi
 */
export const Audited = (action: string, select: AuditedAction['select'] = () => ({})) =>
  SetMetadata(AUDITED, { action, select } satisfies AuditedAction);
