import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Backlog } from '../chaos/lib/backlog.mjs';
import { brokers } from '../support/pipeline.js';

const EVENTS = 150_000;
const LIMIT_MS = 10_000;
const logs = mkdtempSync(join(tmpdir(), 'login-event-shutdown-'));
let backlog: Backlog;

beforeAll(async () => {
  backlog = await Backlog.fill(brokers(), EVENTS);
});

afterAll(async () => {
  await backlog.close();
  rmSync(logs, { recursive: true, force: true });
});

// `npm run test:shutdown` does it 50 times.
it.each([0, 10_000, 20_000])(
  'leaves with 0 within 10 s in the middle of the work, after %d events',
  async (after) => {
    const { how, ms, left } = await backlog.stopAfter(
      after,
      join(logs, String(after)),
      new AbortController().signal,
    );
    expect(how).toBe(0);
    expect(ms).toBeLessThan(LIMIT_MS);
    expect(left).toBeGreaterThan(0);
  },
);
