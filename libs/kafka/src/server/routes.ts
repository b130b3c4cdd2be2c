import type { MessageHandler } from '@nestjs/microservices';
import type { Deliverable } from '../outcome.js';
import type { RetryTopic } from '../retry/retry-topics.js';

/** The topics a symbolic handler name stands for. */
export interface Route {
  readonly input: string;
  readonly output: string;
  readonly deadLetter: string;
  /** What fails for a passing reason goes through these, the first one first. @default none */
  readonly retries?: readonly RetryTopic[];
}

export type Handler = MessageHandler<unknown, unknown, readonly Deliverable[]>;

/** What becomes of the records of one topic: an input, or one of its retry topics. */
export interface BoundRoute extends Route {
  readonly handler: Handler;
  /** The topic is a retry topic. */
  readonly isRetry: boolean;
  readonly nextRetry: RetryTopic | undefined;
}

/** The handlers of the application and the configured names do not fit together. */
export class RoutingError extends Error {
  override readonly name = 'RoutingError';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('; '));
  }
}

/**
 * Matches `@EventPattern` handlers with the routes of the same name; the result is keyed by topic, inputs and
 * their retry topics.
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
    if (handler) for (const [topic, one] of bind(route, handler)) bound.set(topic, one);
    else problems.push(`no @EventPattern handler is named '${name}'`);
  }
  if (problems.length > 0) throw new RoutingError(problems);
  return bound;
}

function bind(route: Route, handler: Handler): readonly (readonly [topic: string, BoundRoute])[] {
  const { input, retries = [] } = route;
  return [input, ...retries.map(({ topic }) => topic)].map((topic, index) => [
    topic,
    { ...route, handler, isRetry: index > 0, nextRetry: retries[index] },
  ]);
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

/** The topics that routes need, by what they are for. */
export function topicsOf(routes: Readonly<Record<string, Route>>) {
  const all = Object.values(routes);
  const inputs = all.map(({ input }) => input);
  const retries = all.flatMap(({ retries: some = [] }) => some.map(({ topic }) => topic));
  const written = all.flatMap(({ output, deadLetter }) => [output, deadLetter]);
  return { inputs, retries, all: [...inputs, ...written, ...retries] };
}
