import { describe, expect, it, jest } from '@jest/globals';
import { budgetKey } from './client-address.js';
import { RequestBudget } from './request-budget.js';

describe('RequestBudget', () => {
  it('counts by key and begins anew after a minute', () => {
    let now = 1_000;
    const budget = new RequestBudget(2, () => now);
    expect([budget.take('a'), budget.take('a'), budget.take('b')]).toEqual([0, 0, 0]);
    now += 15_000;
    expect(budget.take('a')).toBe(45);
    expect([budget.exhausted('a'), budget.exhausted('b'), budget.exhausted('c')]).toEqual([45, 0, 0]);
    now += 45_000;
    expect([budget.exhausted('a'), budget.take('a')]).toEqual([0, 0]);
  });

  it('counts a minute also where the clock is set meanwhile', () => {
    jest.useFakeTimers({ doNotFake: ['performance'] });
    const budget = new RequestBudget(1);
    budget.take('a');
    jest.setSystemTime(Date.now() + 3_600_000);
    expect(budget.exhausted('a')).toBeGreaterThan(0);
    jest.useRealTimers();
  });

  it('forgets the oldest of too many keys', () => {
    const budget = new RequestBudget(1, () => 0);
    budget.take('first');
    budget.take('second');
    for (let key = 0; key < 9_999; key++) budget.take(String(key));
    expect([budget.exhausted('first'), budget.exhausted('second')]).toEqual([0, 60]);
  });
});

describe('budgetKey', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['2001:db8:1:2:3::', '2001:db8:1:2'],
  ])('of %s is %s', (address, key) => expect(budgetKey(address)).toBe(key));
});
