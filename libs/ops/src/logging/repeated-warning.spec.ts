import { expect, it } from '@jest/globals';
import { RepeatedWarning } from './repeated-warning.js';

function setUp() {
  const lines: string[] = [];
  const warning = new RepeatedWarning({
    warn: (line: string) => void lines.push(`warn: ${line}`),
    debug: (line: string) => void lines.push(`debug: ${line}`),
  });
  return { warning, lines };
}

it('warns once of each cause, however often it comes back; repetitions are for DEBUG', () => {
  const { warning, lines } = setUp();
  for (const cause of ['refused', 'refused', 'late', 'refused']) warning.say(cause, `no broker: ${cause}`);
  expect(lines).toEqual([
    'warn: no broker: refused',
    'debug: no broker: refused',
    'warn: no broker: late',
    'debug: no broker: refused',
  ]);
});

it('warns anew after it was over', () => {
  const { warning, lines } = setUp();
  warning.say('refused', 'no broker');
  warning.over();
  warning.say('refused', 'no broker');
  expect(lines).toEqual(['warn: no broker', 'warn: no broker']);
});
