import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AbortedError } from '../abort.js';
import { Circuit, type CircuitState } from './circuit.js';
import { EventTimeoutError, PassingError, PermanentError } from './errors.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const ILL = new PassingError('ill');

function setUp() {
  const changes: CircuitState[] = [];
  const options = { failureRatio: 0.5, minimumCalls: 20, windowMs: 10_000, trialAfterMs: 5_000 };
  const circuit = new Circuit('step', options, ({ state }) => changes.push(state));
  const fail = (error: Error = ILL) =>
    circuit.call(() => Promise.reject(error)).catch((thrown: unknown) => thrown);
  const succeed = () => circuit.call(() => Promise.resolve('good'));
  const times = async (count: number, act: () => Promise<unknown>) => {
    for (let i = 0; i < count; i++) await act();
  };
  const open = () => times(20, fail);
  return { circuit, changes, fail, succeed, times, open, state: () => circuit.describe().state };
}

describe('a closed circuit', () => {
  it('passes results and errors on', async () => {
    const { succeed, fail, state } = setUp();
    expect(await succeed()).toBe('good');
    expect(await fail()).toBe(ILL);
    expect(state()).toBe('closed');
  });

  it('opens when half of at least 20 calls fail, and tells it once', async () => {
    const { succeed, fail, times, changes, state } = setUp();
    await times(10, succeed);
    await times(9, fail);
    expect(state()).toBe('closed');
    await fail();
    expect(changes).toEqual(['open']);
  });

  it('opens by nothing that is older than the window', async () => {
    const { fail, times, changes } = setUp();
    await times(19, fail);
    jest.advanceTimersByTime(10_001);
    await times(19, fail);
    expect(changes).toEqual([]);
    await fail();
    expect(changes).toEqual(['open']);
  });

  it('takes a permanent failure for an answer, a timeout for none, and what was given up for neither', async () => {
    const { fail, times, changes, circuit } = setUp();
    const permanent = new PermanentError('404');
    expect(await fail(permanent)).toBe(permanent);
    await times(40, () => fail(permanent));
    await times(1_000, () => fail(new AbortedError('rebalance')));
    await times(40, () => fail(new EventTimeoutError(5)));
    expect(changes).toEqual([]);
    await fail();
    expect(changes).toEqual(['open']);
    expect(circuit.describe()).toMatchObject({ name: 'step', state: 'open' });
  });
});

describe('an open circuit', () => {
  it('calls nothing, and takes a trial after its time', async () => {
    const { open, circuit, changes } = setUp();
    await open();
    const work = jest.fn(() => Promise.resolve('good'));
    await expect(circuit.call(work)).rejects.toBeInstanceOf(AbortedError);
    jest.advanceTimersByTime(4_999);
    expect(changes).toEqual(['open']);
    jest.advanceTimersByTime(1);
    expect(changes).toEqual(['open', 'half-open']);
    expect(work).not.toHaveBeenCalled();
    expect(await circuit.call(work)).toBe('good');
    expect(changes).toEqual(['open', 'half-open', 'closed']);
  });

  it('opens again for as long when the trial fails', async () => {
    const { open, fail, changes } = setUp();
    await open();
    jest.advanceTimersByTime(5_000);
    await fail();
    expect(changes).toEqual(['open', 'half-open', 'open']);
    jest.advanceTimersByTime(5_000);
    expect(changes.at(-1)).toBe('half-open');
  });

  it('learns nothing from a trial that was given up, and waits for another', async () => {
    const { open, fail, state } = setUp();
    await open();
    jest.advanceTimersByTime(5_000);
    await fail(new AbortedError('shutdown'));
    expect(state()).toBe('open');
  });

  it('lets further calls wait for the trial, one alone reaches the other side', async () => {
    const { open, circuit } = setUp();
    await open();
    jest.advanceTimersByTime(5_000);
    let answer: ((error: Error) => void) | undefined;
    const trial = circuit.call(() => new Promise((_, reject) => (answer = reject))).catch(() => 'failed');
    const other = jest.fn(() => Promise.resolve('good'));
    const waiting = circuit.call(other).catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(1);
    expect(other).not.toHaveBeenCalled();
    answer?.(ILL);
    expect(await trial).toBe('failed');
    expect(await waiting).toBeInstanceOf(AbortedError);
    expect(other).not.toHaveBeenCalled();
  });

  it('begins to count anew once it is closed', async () => {
    const { open, succeed, fail, times, state } = setUp();
    await open();
    jest.advanceTimersByTime(5_000);
    await succeed();
    await times(18, fail);
    expect(state()).toBe('closed');
  });
});
