import { describe, expect, it } from '@jest/globals';
import { pauseCommandOf } from './pause-command.js';

const FIELDS = { reason: ' deploy ', scope: 'group', partitions: '', end: '15m' } as const;

describe('the command to pause', () => {
  it('has what the form holds, and nothing that is not given', () => {
    expect(pauseCommandOf(FIELDS)).toEqual({ reason: 'deploy', scope: 'group', for: '15m' });
    expect(pauseCommandOf({ ...FIELDS, end: '' })).toEqual({ reason: 'deploy', scope: 'group' });
    expect(pauseCommandOf({ ...FIELDS, end: 'other', for: ' PT2H ' })).toMatchObject({ for: 'PT2H' });
    expect(pauseCommandOf({ ...FIELDS, partitions: '0, 2-3' })).toMatchObject({ partitions: [0, 2, 3] });
  });

  it('is none with partitions that are none: all of them would be paused', () => {
    expect(pauseCommandOf({ ...FIELDS, partitions: 'two' })).toMatch(/Partitions are numbers/);
  });
});
