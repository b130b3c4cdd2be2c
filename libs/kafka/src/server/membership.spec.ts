import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Membership } from './membership.js';

describe('the membership in a group', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('begins with a join and lasts as long as heartbeats are answered', () => {
    const membership = new Membership(1_000);
    expect(membership.isAlive).toBe(false);
    membership.joined();
    jest.advanceTimersByTime(999);
    expect(membership.isAlive).toBe(true);
    expect(membership.heard()).toBe(false);
    jest.advanceTimersByTime(999);
    expect(membership.isAlive).toBe(true);
    jest.advanceTimersByTime(1);
    expect(membership.isAlive).toBe(false);
  });

  it('ends once', () => {
    const membership = new Membership(1_000);
    membership.joined();
    expect(membership.left()).toBe(true);
    expect(membership.isAlive).toBe(false);
    expect(membership.left()).toBe(false);
  });

  it('goes on when the group answers a heartbeat although a rejoin has failed', () => {
    const membership = new Membership(1_000);
    membership.joined();
    membership.left();
    expect(membership.heard()).toBe(true);
    expect(membership.isAlive).toBe(true);
  });
});
