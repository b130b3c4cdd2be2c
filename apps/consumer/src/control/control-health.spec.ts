import { expect, it } from '@jest/globals';
import { ControlHealth } from './control-health.js';

it('tells what is wrong until the topic can be read, also where the cause is found out later', () => {
  const health = new ControlHealth('control', () => 'no event is taken');
  expect(health.describe()).toMatchObject({ readable: false, problem: 'it has not been read yet' });
  health.because('it is missing');
  expect(health.describe().problem).toBe('it is missing');
  health.readable();
  health.because('a timeout of long ago');
  expect(health.describe()).toMatchObject({ topic: 'control', readable: true, problem: null });
  health.lost('the broker is away');
  expect(health.describe()).toMatchObject({ readable: false, problem: 'the broker is away' });
});
