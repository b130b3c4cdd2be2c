import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import {
  BadRequestException,
  ConflictException,
  Injectable,
  NotFoundException,
  ServiceUnavailableException,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { describeError, missingTopics, offsetsAt, type Kafka } from '@pipeline/kafka';
import type { LetterFilter, LetterPosition, LetterSummary } from '../dead-letters/letter.js';
import { inOrder, nameOf } from '../dead-letters/letter-position.js';
import { Letters } from '../dead-letters/letters.js';
import type { LetterChoice } from '../dead-letters/worker/letter-calls.js';
import { isSweep, type Operation, type OperationKind, type Order, type Wish } from './operation.js';
import type { OperationFact } from './operation-record.js';
import type { OperationRunner } from './operation-runner.js';
import { OperationsUnavailableError, type OperationsLog } from './operations-log.js';
import { isOpen, stateOf, toView, type Known, type OperationsState } from './operations-state.js';
import { decide, type ReplayRules } from './replay-rules.js';

/** What somebody asks for. */
export interface Request {
  readonly kind: Exclude<OperationKind, 'purge'>;
  readonly selection: readonly LetterPosition[] | null;
  readonly filter: LetterFilter | null;
  readonly target: string | null;
  readonly rate: number;
}

/** What an operation would do. */
export interface DryRun {
  /** Letters that would be written, or deleted. */
  readonly count: number;
  /** Of these, how many go to the parking topic, as they have been replayed often enough. */
  readonly parked: number;
  readonly sample: readonly LetterSummary[];
  /** Topics that would be written to; of a purge, the one that letters are deleted from. */
  readonly target: string;
  /** What would not be done, and why. */
  readonly refused: readonly string[];
}

export interface OperationsParts {
  readonly kafka: Kafka;
  readonly log: OperationsLog;
  readonly state: OperationsState;
  readonly runner: OperationRunner;
  readonly rules: ReplayRules;
  readonly purge: (order: Order) => Promise<void>;
}

/** What was replayed a moment ago is marked a moment later. */
const MARKS_LIMIT_MS = 5_000;
const MARKS_POLL_MS = 100;

/** What operators do with dead letters. */
@Injectable()
export class Operations implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly parts: OperationsParts,
    private readonly letters: Letters,
  ) {}

  onApplicationBootstrap(): void {
    this.parts.log.start();
    this.parts.runner.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.parts.runner.stop();
    await this.parts.log.stop();
  }

  list(): readonly Operation[] {
    return this.parts.state.all().map(toView);
  }

  /** @throws NotFoundException */
  get(id: string): Operation {
    const known = this.parts.state.get(id);
    if (!known) throw new NotFoundException('There is no such operation');
    return toView(known);
  }

  /** @throws BadRequestException when a topic is missing that would be written to */
  async dryRun(request: Request): Promise<DryRun> {
    const ends = await this.letters.ask('ends');
    return this.plan(request, await this.choose(request, ends));
  }

  /**
   * @throws BadRequestException when there is nothing to be done, or a topic is missing that would be written to;
   * ConflictException while another replay by filter has not ended
   */
  async begin(request: Request, actor: string): Promise<Operation> {
    const isSweeping = isSweep(request);
    if (isSweeping) refuseBehind(this.parts.state.openReplay());
    const ends = await this.letters.ask('ends');
    const { count, refused } = await this.plan(request, await this.choose(request, ends));
    if (count === 0) {
      throw new BadRequestException([...refused, 'no dead letter is left that this could be done with']);
    }
    const { selection, filter } = request;
    const order = this.order({
      ...request,
      actor,
      total: count,
      selection: selection && sorted(selection),
      ends: filter ? toPositions(ends) : [],
    });
    await this.write(order.id, { is: 'order', order });
    const other = isSweeping ? this.parts.state.openReplay(order.id) : undefined;
    if (other) {
      // Somebody else has been faster; nobody has begun this one.
      await this.write(order.id, { is: 'order', order: { ...order, wish: 'cancel' } });
      refuseBehind(other);
    }
    this.parts.runner.begin(order.id);
    return this.get(order.id);
  }

  /** @throws NotFoundException, ConflictException when it has ended */
  async command(id: string, wish: Wish): Promise<Operation> {
    const known = this.parts.state.get(id);
    if (!known) throw new NotFoundException('There is no such operation');
    const state = stateOf(known);
    if (!isOpen(state)) throw new ConflictException(`The operation has ended: it is ${state}`);
    await this.write(id, { is: 'order', order: { ...known.order, wish } });
    return this.get(id);
  }

  /** @param before milliseconds since the epoch */
  async purgeDryRun(before: number): Promise<DryRun> {
    const { count } = await this.purgeable(before);
    return { count, parked: 0, sample: [], target: this.parts.rules.dlq, refused: [] };
  }

  /** Deletes for good what was written before this time. @throws ConflictException when it is not `count` letters */
  async purge(before: number, count: number, actor: string): Promise<Operation> {
    const found = await this.purgeable(before);
    if (found.count !== count) {
      throw new ConflictException(
        `There are ${String(found.count)} dead letters before that time, not ${String(count)}`,
      );
    }
    const order = this.order({
      ...{ kind: 'purge', actor, total: count, rate: 1, target: null, selection: null, filter: null },
      ...{ ends: toPositions(found.ends), before: new Date(before).toISOString() },
    });
    await this.write(order.id, { is: 'order', order });
    try {
      await this.parts.purge(order);
    } catch (error) {
      throw new ServiceUnavailableException(
        `Kafka does not do it now: ${describeError(error)}${mayTakeEffect(order.id)}`,
      );
    }
    return this.get(order.id);
  }

  private order(
    given: Omit<Order, 'id' | 'createdAt' | 'wish' | 'before'> & Partial<Pick<Order, 'before'>>,
  ): Order {
    const { kind, actor, total, rate, target, selection, filter, ends, before = null } = given;
    const id = randomBytes(8).toString('hex');
    return {
      id,
      kind,
      actor,
      createdAt: Date.now(),
      total,
      rate,
      target,
      selection,
      filter,
      ends,
      before,
      wish: 'run',
    };
  }

  private async choose(
    { selection, filter }: Request,
    ends: ReadonlyMap<number, number>,
  ): Promise<LetterChoice> {
    if (selection) return { selection: sorted(selection) };
    await this.ready(filter ?? {});
    return { filter: filter ?? {}, ends };
  }

  private async plan(request: Request, choice: LetterChoice): Promise<DryRun> {
    const { rules } = this.parts;
    const { letters, gone, sample } = await this.letters.ask('survey', choice);
    const refused = new Map<string, number>();
    const topics = new Set<string>();
    const counts = { replayed: 0, parked: 0 };
    for (const { count, ...subject } of letters) {
      const decision = decide(request, subject, rules);
      if (decision.is === 'refused') refused.set(decision.why, (refused.get(decision.why) ?? 0) + count);
      else {
        counts[decision.is] += count;
        topics.add(decision.topic);
      }
    }
    const missing = await this.driver(missingTopics(this.parts.kafka, [...topics]));
    if (missing.length > 0) {
      throw new BadRequestException(missing.map((topic) => `the topic ${topic} does not exist`));
    }
    const said = [...refused].map(([why, count]) => `${String(count)} of them ${why}`);
    if (gone > 0) said.push(`${String(gone)} of them are not in the dead-letter topic`);
    return {
      count: counts.replayed + counts.parked,
      parked: counts.parked,
      sample,
      target: [...topics].join(', '),
      refused: said,
    };
  }

  private async purgeable(before: number) {
    await this.letters.ready();
    const ends = await this.driver(offsetsAt(this.parts.kafka, this.parts.rules.dlq, before));
    return { ends, count: await this.letters.ask('below', ends) };
  }

  /** Until it is known which letters a filter means. @throws ServiceUnavailableException */
  private async ready({ replayed }: LetterFilter): Promise<void> {
    await this.letters.ready();
    const written = this.parts.log.readUpTo;
    const deadline = performance.now() + MARKS_LIMIT_MS;
    while (replayed !== undefined && ((await this.letters.ask('marks')) ?? -1) < written) {
      if (performance.now() > deadline) {
        throw new ServiceUnavailableException('It is not known yet which dead letters were replayed before');
      }
      await setTimeout(MARKS_POLL_MS);
    }
  }

  private async write(id: string, fact: OperationFact): Promise<void> {
    try {
      await this.parts.log.write([fact]);
    } catch (error) {
      if (!(error instanceof OperationsUnavailableError)) throw error;
      throw new ServiceUnavailableException(
        `${error.message}${error.mayTakeEffect ? mayTakeEffect(id) : ''}`,
      );
    }
  }

  private async driver<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw new ServiceUnavailableException(`Kafka does not do it now: ${describeError(error)}`);
    }
  }
}

/** Whoever clicks again would replay everything twice. */
const mayTakeEffect = (id: string): string =>
  `. Whether this takes effect is not known: look for ${id} at /admin/operations before you try again`;

/** Of two at once, each would replay what the other has replayed and not marked yet. */
function refuseBehind(other: Known | undefined): void {
  if (!other) return;
  const { id, actor } = other.order;
  throw new ConflictException(`The replay ${id} by ${actor}, also by a filter, has not ended`);
}

/** Each once, and nothing of it but where it stands. */
const sorted = (letters: readonly LetterPosition[]): readonly LetterPosition[] =>
  inOrder([
    ...new Map(
      letters.map(({ partition, offset }) => [nameOf({ partition, offset }), { partition, offset }]),
    ).values(),
  ]);

const toPositions = (offsets: ReadonlyMap<number, number>): readonly LetterPosition[] =>
  [...offsets].map(([partition, offset]) => ({ partition, offset }));
