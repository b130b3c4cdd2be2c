import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { integer, list, text } from './builders.js';
import { loadSettings, type SettingsCheck } from './load-settings.js';
import { defineSettings, setting, type SettingValues } from './setting.js';

const TABLE = defineSettings({
  brokers: text('BOOTSTRAP_SERVERS', {
    aliases: ['KAFKA_BROKER_URL', 'KAFKA_LISTENER'],
    default: 'localhost:29092',
    help: 'brokers',
  }),
  session: integer('SESSION_TIMEOUT', { min: 1, default: 30_000, help: 'session' }),
  heartbeat: integer('HEARTBEAT', { min: 1, default: 3_000, help: 'heartbeat' }),
  seed: integer('SEED', { default: undefined, help: 'seed' }),
  tokens: list('TOKENS', {
    items: 'long tokens',
    item: (token) => (token.length >= 16 ? token : undefined),
    default: [],
    secret: true,
    help: 'tokens',
  }),
});

const HEARTBEAT_IN_SESSION: SettingsCheck<SettingValues<typeof TABLE>> = {
  about: ['session', 'heartbeat'],
  problem: ({ session, heartbeat }) =>
    heartbeat < session ? undefined : 'HEARTBEAT must be shorter than SESSION_TIMEOUT',
};

const load = (environment: Record<string, string>, file: Record<string, string> = {}) =>
  loadSettings(TABLE, { environment, file }, [HEARTBEAT_IN_SESSION]);

const valuesOf = (...sources: Parameters<typeof load>) => {
  const loaded = load(...sources);
  if (!loaded.ok) throw new Error(loaded.problems.join());
  return loaded.values;
};

const problemsOf = (...sources: Parameters<typeof load>) => {
  const loaded = load(...sources);
  return loaded.ok ? [] : loaded.problems;
};

describe('loadSettings', () => {
  it('falls back to the defaults', () => {
    expect(valuesOf({})).toEqual({
      brokers: 'localhost:29092',
      session: 30_000,
      heartbeat: 3_000,
      seed: undefined,
      tokens: [],
    });
  });

  it('lets the environment beat .env', () => {
    expect(valuesOf({ SEED: '1' }, { SEED: '2', HEARTBEAT: '5' })).toMatchObject({ seed: 1, heartbeat: 5 });
  });

  it('takes an empty string for unset', () => {
    expect(valuesOf({ SEED: '' }, { SEED: '2', HEARTBEAT: '' })).toMatchObject({ seed: 2, heartbeat: 3_000 });
  });

  it('takes the first name given in the environment, else the first given in .env, else the default', () => {
    const names = ['BOOTSTRAP_SERVERS', 'KAFKA_BROKER_URL', 'KAFKA_LISTENER'];
    const variables = fc.dictionary(fc.constantFrom(...names), fc.constantFrom('', 'a:1', 'b:2', 'c:3'));
    fc.assert(
      fc.property(variables, variables, (environment, file) => {
        const strongest = [environment, file]
          .flatMap((source) => names.map((name) => source[name]))
          .find(Boolean);
        expect(valuesOf(environment, file).brokers).toBe(strongest ?? 'localhost:29092');
      }),
    );
  });

  it('names every problem at once, under the name and place it was given', () => {
    expect(problemsOf({ SEED: 'x', SESSION_TIMEOUT: '0' }, { HEARTBEAT: 'soon' })).toEqual([
      'SESSION_TIMEOUT must be an integer of at least 1, not "0" (set in the environment)',
      'HEARTBEAT must be an integer of at least 1, not "soon" (set in .env)',
      'SEED must be an integer, not "x" (set in the environment)',
    ]);
  });

  it('checks across settings, also when another setting is wrong', () => {
    expect(problemsOf({ SEED: 'x', HEARTBEAT: '40000' })).toEqual([
      expect.stringContaining('SEED'),
      'HEARTBEAT must be shorter than SESSION_TIMEOUT',
    ]);
  });

  it('does not check across settings that could not be read', () => {
    expect(problemsOf({ SESSION_TIMEOUT: 'x', HEARTBEAT: '40000' })).toEqual([
      expect.stringContaining('SESSION_TIMEOUT must be'),
    ]);
  });

  it('never quotes a secret', () => {
    expect(problemsOf({ TOKENS: 'hunter2' })).toEqual([
      'TOKENS must be a comma-separated list of long tokens (set in the environment)',
    ]);
  });

  it('quotes no more than the beginning of a long value', () => {
    expect(problemsOf({ SEED: 'x'.repeat(10_000) })[0]?.length).toBeLessThan(200);
  });

  it('reports a .env that cannot be read', () => {
    const loaded = loadSettings(TABLE, {
      environment: {},
      file: {},
      fileProblem: '.env cannot be read (EACCES)',
    });
    expect(loaded).toMatchObject({ ok: false, problems: ['.env cannot be read (EACCES)'] });
  });

  it('warns of the variables of ZooKeeper and ignores them', () => {
    const { ok, warnings } = load(
      { ZOOKEEPER_CLIENT_PORT: '2181' },
      { KAFKA_ZOOKEEPER_CONNECT: 'zookeeper:2181' },
    );
    expect(ok).toBe(true);
    expect(warnings).toEqual([
      'Ignored: KAFKA_ZOOKEEPER_CONNECT, ZOOKEEPER_CLIENT_PORT. Kafka runs in KRaft mode, without ZooKeeper.',
    ]);
  });
});

describe('a table', () => {
  it('refuses a name that two settings share', () => {
    const one = text('ONE', { default: '', help: '' });
    expect(() =>
      defineSettings({ one, two: text('TWO', { aliases: ['ONE'], default: '', help: '' }) }),
    ).toThrow('Two settings are called ONE');
  });

  it('refuses a default that it would not accept from a user', () => {
    expect(() =>
      setting('ODD', {
        accepts: 'odd',
        parse: (given) => Number(given) % 2 || undefined,
        default: '2',
        help: '',
      }),
    ).toThrow('The default of ODD must be odd');
  });
});
