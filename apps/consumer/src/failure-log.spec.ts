import { describe, expect, it } from '@jest/globals';
import { FailureLog } from './failure-log.js';

const [one, other] = [0, 1].map((partition) => ({ topic: 'in', partition })) as [Where, Where];
interface Where {
  topic: string;
  partition: number;
}

function setUp() {
  const lines: string[] = [];
  const log = new FailureLog({
    warn: (line: string) => void lines.push(`warn: ${line}`),
    log: (line: string) => void lines.push(`info: ${line}`),
    debug: () => undefined,
  });
  return { log, lines };
}

const failure = (where: string, error: string) =>
  `warn: a batch of ${where} cannot be written and is done again: ${error}`;

describe('batches that cannot be written', () => {
  it('are told once for each kind of error, and once when all are written again', () => {
    const { log, lines } = setUp();
    for (let i = 0; i < 100; i++) {
      log.failed(one, 'CONCURRENT_TRANSACTIONS');
      log.failed(other, 'CONCURRENT_TRANSACTIONS');
    }
    log.failed(other, 'ECONNREFUSED');
    log.succeeded(one);
    expect(lines).toEqual([failure('in/0', 'CONCURRENT_TRANSACTIONS'), failure('in/1', 'ECONNREFUSED')]);
    log.succeeded(other);
    log.succeeded(other);
    expect(lines.slice(2)).toEqual(['info: batches are written again, after 201 failures']);
  });

  it('are told anew after that', () => {
    const { log, lines } = setUp();
    log.failed(one, 'ECONNREFUSED');
    log.succeeded(one);
    log.failed(one, 'ECONNREFUSED');
    expect(lines.filter((line) => line.startsWith('warn'))).toHaveLength(2);
  });

  it('are not waited for when their partition goes to somebody else', () => {
    const { log, lines } = setUp();
    log.failed(one, 'ECONNREFUSED');
    log.failed(other, 'ECONNREFUSED');
    log.reassigned([other]);
    log.succeeded(other);
    expect(lines.slice(1)).toEqual(['info: batches are written again, after 2 failures']);
    log.failed(one, 'ECONNREFUSED');
    log.reassigned([other]);
    log.succeeded(other);
    expect(lines.slice(2)).toEqual([failure('in/0', 'ECONNREFUSED')]);
  });
});
