import { expect, it } from '@jest/globals';
import { chosenLetters, cutoff, operationId } from './audited-parameters.js';

it('tells which letters were chosen', () => {
  const filter = { reason: 'R', from: '2026-01-01', partition: 3, replayed: false };
  expect(chosenLetters({ body: { filter, rate: 5 } })).toMatchObject({ ...filter, rate: 5 });
  expect(chosenLetters({ body: { selection: [{ partition: 0, offset: 1 }] } })).toMatchObject({
    selected: 1,
  });
});

it('takes nothing that a request has no place for, which may be of a person', () => {
  const hostile = { key: 'bob', text: 'bob', user_id: 'bob', '\u001Bbob': 1, from: 'bob', to: 'bob' };
  for (const filter of [hostile, ['bob'], 'bob', null]) {
    expect(JSON.stringify(chosenLetters({ body: { filter } }))).not.toContain('bob');
  }
  expect(cutoff({ body: { before: 'bob', count: 'bob' } })).toEqual({});
  expect(cutoff({ body: { before: '2026-01-01', count: 2 } })).toEqual({ before: '2026-01-01', count: 2 });
  expect(operationId({ params: { id: 'bob@example.com' } })).toEqual({});
  expect(operationId({ params: { id: '0123456789abcdef' } })).toEqual({ id: '0123456789abcdef' });
});
