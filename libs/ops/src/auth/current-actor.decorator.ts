import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ANONYMOUS, type Actor } from './actor.js';

/** Where the guard leaves who sends the request. */
const actors = new WeakMap<object, Actor>();

export function setActor(request: object, actor: Actor): void {
  actors.set(request, actor);
}

/** Who sends the request; nobody in particular, with the least rights, where no guard has looked at it. */
export const actorOf = (request: object): Actor =>
  actors.get(request) ?? { name: ANONYMOUS.name, role: 'viewer' };

/**
 * The parameter of a handler that gets the `Actor`.
 *
 * @publicApi
 */
export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext): Actor =>
  actorOf(context.switchToHttp().getRequest<object>()),
);
