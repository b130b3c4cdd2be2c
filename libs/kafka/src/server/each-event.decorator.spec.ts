import { describe, expect, it } from '@jest/globals';
import { LoginEventDto } from '@pipeline/contracts';
import { AbortedError } from '../abort.js';
import { processed, rejected, type Outcome } from '../outcome.js';
import type { InputRecord } from '../record.js';
import { PassingError, PermanentError } from '../retry/errors.js';
import { FakeBatch } from '../testing/batches.js';
import { inputRecord } from '../testing/records.js';
import { BatchContext } from './batch-context.js';
import { EachEvent } from './each-event.decorator.js';

type BatchHandler = (records: readonly InputRecord[], context: BatchContext) => Promise<readonly Outcome[]>;

const event = (user_id: string) => ({ user_id, app_version: '2.3.0', device_type: 'android' });
const recordOf = (value: unknown) => inputRecord({ value: Buffer.from(JSON.stringify(value)) });
const recordsOf = (...users: string[]) => users.map((user) => recordOf(event(user)));
const contextOf = (signal = new AbortController().signal, concurrency = 4) =>
  new BatchContext(FakeBatch.of(0), 'g', signal, concurrency);

class LoginHandler {
  readonly seen: LoginEventDto[] = [];
  readonly contexts = new Set<BatchContext>();

  constructor(private readonly handle: (event: LoginEventDto) => Outcome | Promise<Outcome>) {}

  @EachEvent(LoginEventDto)
  onLogin(event: LoginEventDto, context: BatchContext): Outcome | Promise<Outcome> {
    this.seen.push(event);
    this.contexts.add(context);
    return this.handle(event);
  }
}

const timely = (eventTimeoutMs: number) =>
  new BatchContext(FakeBatch.of(0), 'g', new AbortController().signal, 4, undefined, {
    batchBudgetMs: Infinity,
    eventTimeoutMs,
  });

const echo = ({ user_id }: LoginEventDto): Outcome => processed(Buffer.from(user_id));

/** As Nest calls it: with what the transport hands over. */
const call = (handler: LoginHandler, records: readonly InputRecord[], context = contextOf()) =>
  (handler.onLogin as unknown as BatchHandler).call(handler, records, context);

describe('a handler of single events', () => {
  it('gets typed events and the context; its outcomes keep the order of the records', async () => {
    const handler = new LoginHandler(async (login) => {
      for (let i = 0; i < (login.user_id === 'a' ? 5 : 0); i++) await Promise.resolve();
      return echo(login);
    });
    const context = contextOf();
    const outcomes = await call(handler, recordsOf('a', 'b', 'c'), context);
    expect(outcomes).toEqual(['a', 'b', 'c'].map((user) => processed(Buffer.from(user))));
    expect(handler.seen[0]).toBeInstanceOf(LoginEventDto);
    expect(handler.seen[0]).toMatchObject(event('a'));
    expect([...handler.contexts]).toEqual([context]);
  });

  it('never sees what is invalid', async () => {
    const handler = new LoginHandler(echo);
    const malformed = inputRecord({ value: Buffer.from('{') });
    const tombstone = inputRecord({ value: null });
    const records = [malformed, tombstone, recordOf({ user_id: 'a' }), recordOf(event('b'))];
    const outcomes = await call(handler, records);
    expect(outcomes).toEqual([
      rejected('MALFORMED_JSON', []),
      rejected('VALIDATION_FAILED', [{ field: '', rule: 'required', message: 'is empty' }]),
      expect.objectContaining({ kind: 'rejected', reason: 'VALIDATION_FAILED' }),
      processed(Buffer.from('b')),
    ]);
    expect(handler.seen).toHaveLength(1);
  });

  it.each<[string, unknown, boolean]>([
    ['a passing error', new PassingError('busy'), true],
    ['an error that says nothing', new Error('?'), true],
    ['a permanent error', new PermanentError('no'), false],
    ['a mistake in the code', new TypeError('undefined'), false],
    ['no error at all', 'text', true],
  ])('that throws %s fails that event only', async (_, thrown, passing) => {
    const handler = new LoginHandler((login) => {
      if (login.user_id === 'b') throw thrown;
      return echo(login);
    });
    const [first, second, third] = await call(handler, recordsOf('a', 'b', 'c'));
    expect([first?.kind, third?.kind]).toEqual(['processed', 'processed']);
    const error: unknown = thrown instanceof Error ? thrown : expect.objectContaining({ cause: thrown });
    expect(second).toEqual({ kind: 'failed', passing, error });
  });

  it('that does not end in time fails its event for good, and no other', async () => {
    const never = new Promise<Outcome>(() => undefined);
    const handler = new LoginHandler((login) => (login.user_id === 'b' ? never : echo(login)));
    const [first, second] = await call(handler, recordsOf('a', 'b'), timely(20));
    expect(first?.kind).toBe('processed');
    expect(second).toMatchObject({ kind: 'failed', passing: false, error: { name: 'EventTimeoutError' } });
  });

  it('is called for no more events at once than it shall', async () => {
    let inProgress = 0;
    let most = 0;
    const handler = new LoginHandler(async (login) => {
      most = Math.max(most, ++inProgress);
      await Promise.resolve();
      inProgress--;
      return echo(login);
    });
    await call(handler, recordsOf('a', 'b', 'c', 'd', 'e'), contextOf(undefined, 2));
    expect(most).toBe(2);
  });

  it('is called no more once the batch is given up', async () => {
    const handler = new LoginHandler(echo);
    await expect(call(handler, recordsOf('a'), contextOf(AbortSignal.abort()))).rejects.toThrow(AbortedError);
    expect(handler.seen).toEqual([]);
  });

  it('has to be a method', () => {
    const decorate = EachEvent(LoginEventDto);
    expect(() => decorate({}, 'field', {})).toThrow('@EachEvent belongs on a method');
  });
});
