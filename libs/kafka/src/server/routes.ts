import type { MessageHandler } from '@nestjs/microservices';
import type { Deliverable } from '../outcome.js';

/** The topics a symbolic handler name stands for. */
export interface Route {
  readonly input: string;
  readonly output: string;
  readonly deadLetter: string;
}

export type Handler = MessageHandler<unknown, unknown, readonly Deliverable[]>;

export interface BoundRoute extends Route {
  readonly handler: Handler;
}

/** The handlers of the application and the configured names do not fit together. */
export class RoutingError extends Error {
  override readonly name = 'RoutingError';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('; '));
  }
}

/**
 * Matches `@EventPattern` handlers with the routes of the same name; the result is keyed by input topic.
 * @throws RoutingError naming every handler without a route, route without a handler, second handler of a
 *   pattern, and message handler
 */
export function bindRoutes(
  handlers: ReadonlyMap<string, MessageHandler>,
  routes: Readonly<Record<string, Route>>,
): ReadonlyMap<string, BoundRoute> {
  const problems = [...handlers].flatMap(([name, handler]) => problemsOf(name, handler, routes));
  const bound = new Map<string, BoundRoute>();
  for (const [name, route] of Object.entries(routes)) {
    const handler = handlers.get(name) as Handler | undefined;
    if (handler) bound.set(route.input, { ...route, handler });
    else problems.push(`no @EventPattern handler is named '${name}'`);
  }
  if (problems.length > 0) throw new RoutingError(problems);
  return bound;
}

function problemsOf(
  name: string,
  handler: MessageHandler,
  routes: Readonly<Record<string, Route>>,
): string[] {
  if (!handler.isEventHandler) {
    return [`'${name}' is a message handler: events have no replies, use @EventPattern`];
  }
  if (!Object.hasOwn(routes, name)) return [`the handler '${name}' is mapped to no topic`];
  return handler.next ? [`'${name}' has more than one handler`] : [];
}
