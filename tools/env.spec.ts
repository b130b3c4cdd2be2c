import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CONSUMER_CHECKS, CONSUMER_SETTINGS } from '../apps/consumer/src/config.js';
import { PRODUCER_CHECKS, PRODUCER_SETTINGS } from '../apps/producer/src/config.js';
import { loadSettings, readSources, type Setting } from '../libs/ops/src/index.js';

const ROOT = resolve(import.meta.dirname, '..');

interface Line {
  readonly name: string;
  readonly value: string;
  /** Commented out. */
  readonly off: boolean;
  readonly comment: string;
}

const text = readFileSync(resolve(ROOT, '.env'), 'utf8').split('\n');
const lines: Line[] = text.flatMap((line, index) => {
  const [, mark, name = '', value = ''] = /^(# ?)?([A-Z][A-Z0-9_]+)=(.*)$/.exec(line) ?? [];
  return name ? [{ name, value, off: mark !== undefined, comment: text[index - 1] ?? '' }] : [];
});

/** The defaults of each variable, one for each app that has it. */
const defaults = new Map<string, Set<string | undefined>>();
for (const setting of [...Object.values(CONSUMER_SETTINGS), ...Object.values(PRODUCER_SETTINGS)]) {
  const { name, default: preset } = setting as Setting<unknown>;
  defaults.set(name, (defaults.get(name) ?? new Set()).add(preset));
}

describe('.env', () => {
  it('names every setting once, and nothing else', () => {
    expect(lines.map(({ name }) => name).sort()).toEqual([...defaults.keys()].sort());
  });

  it.each(lines.map((line) => [line.name, line] as const))('has a comment on %s', (_, { comment }) => {
    expect(comment).toMatch(/^# .{8,}/);
  });

  it.each(lines.map((line) => [line.name, line] as const))(
    'sets %s to its default',
    (name, { off, value }) => {
      const [preset, another] = defaults.get(name) ?? [];
      // What has no default, or one that differs between the apps, is left to them.
      const fixed = preset && another === undefined;
      expect({ off, value: off ? undefined : value }).toEqual({
        off: !fixed,
        value: fixed ? preset : undefined,
      });
    },
  );

  it('changes nothing in either app', () => {
    const sources = { ...readSources({ cwd: ROOT, env: {} }) };
    const plain = { environment: {}, file: {} };
    expect(loadSettings(CONSUMER_SETTINGS, sources, CONSUMER_CHECKS)).toEqual(
      loadSettings(CONSUMER_SETTINGS, plain, CONSUMER_CHECKS),
    );
    expect(loadSettings(PRODUCER_SETTINGS, sources, PRODUCER_CHECKS)).toEqual(
      loadSettings(PRODUCER_SETTINGS, plain, PRODUCER_CHECKS),
    );
  });
});
