import { describe, expect, it } from '@jest/globals';
import { compareRatios, cpuRatio } from './cpu-ratio.mjs';

const row = (name: string, ...cpuMicros: number[]) => ({ name, figures: { cpuMicros } });

describe('the ratio of CPU per event', () => {
  it('is that of the best rounds', () => {
    expect(cpuRatio([row('pipeline', 9, 6, 7), row('loop', 12, 30, 14)])).toBe(0.5);
  });

  it('passes when it is worse by a quarter', () => {
    expect(compareRatios(0.625, 0.5)).toContain("0.63 times the kafkajs loop's; recorded 0.50");
  });

  it('fails when it is worse by more', () => {
    expect(() => compareRatios(0.63, 0.5)).toThrow('worse by more than 25 %');
  });

  it('fails when it could not be measured', () => {
    expect(() => compareRatios(NaN, 0.5)).toThrow('worse');
  });

  it('fails with nothing to compare with', () => {
    expect(() => compareRatios(0.5, cpuRatio([]))).toThrow('add --record');
  });
});
