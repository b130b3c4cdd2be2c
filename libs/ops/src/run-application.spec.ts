import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';

const SUBJECT = JSON.stringify(new URL('./run-application.ts', import.meta.url).href);

/** A process of its own: what is tested are its signals and its exit code. */
class Program {
  output = '';
  private readonly child;
  private readonly exit;

  constructor({ start, shutdownTimeoutMs = 30_000 }: { start: string; shutdownTimeoutMs?: number }) {
    const script = `
      import { runApplication } from ${SUBJECT};
      const log = (...parts) => console.log(...parts.map((part) => part.err?.message ?? part));
      const print = (text, then) => { console.log(text); return then; };
      const keepAlive = setInterval(() => undefined, 1_000);
      runApplication({
        start: async (signal) => { ${start} },
        shutdownTimeoutMs: ${shutdownTimeoutMs},
        logger: { log, warn: log, error: log },
      });`;
    this.child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '--eval', script]);
    this.child.stdout.on('data', (data: Buffer) => (this.output += data.toString()));
    this.child.stderr.on('data', (data: Buffer) => (this.output += data.toString()));
    this.exit = once(this.child, 'close') as Promise<[code: number | null]>;
  }

  /** Sends a signal as soon as the program has printed a text. */
  async signal(signal: NodeJS.Signals, after: string): Promise<this> {
    while (!this.output.includes(after)) await once(this.child.stdout, 'data');
    this.child.kill(signal);
    return this;
  }

  async code(): Promise<number | null> {
    return (await this.exit)[0];
  }
}

const RUNS = `return print('running', { close: async () => print('closed') });`;
const NEVER_CLOSES = `return print('running', { close: () => print('closing', new Promise(() => undefined)) });`;

describe('runApplication', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('closes and exits with 0 on %s', async (signal) => {
    const program = await new Program({ start: RUNS }).signal(signal, 'running');
    expect(await program.code()).toBe(0);
    expect(program.output).toMatch(/shutting down .*\nclosed\n$/);
  });

  it('gives up a start at a signal and exits with 0', async () => {
    const start = `print('starting');
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('given up'))));`;
    const program = await new Program({ start }).signal('SIGTERM', 'starting');
    expect(await program.code()).toBe(0);
    expect(program.output).not.toContain('failed');
  });

  it('closes what comes up although it was given up', async () => {
    const start = `print('starting');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      ${RUNS}`;
    const program = await new Program({ start }).signal('SIGTERM', 'starting');
    expect(await program.code()).toBe(0);
    expect(program.output).toMatch(/running\nclosed\n$/);
  });

  it('exits with 1 at once at a second signal', async () => {
    const program = await new Program({ start: NEVER_CLOSES }).signal('SIGTERM', 'running');
    expect(await (await program.signal('SIGINT', 'closing')).code()).toBe(1);
  });

  it('exits with 1 when closing takes too long', async () => {
    const program = await new Program({ start: NEVER_CLOSES, shutdownTimeoutMs: 50 }).signal(
      'SIGTERM',
      'running',
    );
    expect(await program.code()).toBe(1);
    expect(program.output).toContain('Closing took longer than 50 ms');
  });

  it('exits with 1 when closing fails', async () => {
    const start = `return print('running', { close: () => Promise.reject(new Error('stuck')) });`;
    const program = await new Program({ start }).signal('SIGTERM', 'running');
    expect(await program.code()).toBe(1);
    expect(program.output).toContain('Closing failed stuck');
  });

  it('exits with 1 when the start fails', async () => {
    const program = new Program({ start: `throw new Error('no such topic');` });
    expect(await program.code()).toBe(1);
    expect(program.output).toContain('The start failed no such topic');
  });

  it.each([
    ['Uncaught exception', `setTimeout(() => { throw new Error('oops'); });`],
    ['Unhandled rejection', `setTimeout(() => Promise.reject(new Error('oops')));`],
  ])('closes and exits with 1 on an %s', async (message, mishap) => {
    const program = new Program({ start: `${mishap} ${RUNS}` });
    expect(await program.code()).toBe(1);
    expect(program.output).toContain(`${message} oops`);
    expect(program.output).toContain('closed');
  });

  it('does not wait for long when closing hangs after a failure', async () => {
    const start = `setTimeout(() => { throw new Error('oops'); }); ${NEVER_CLOSES}`;
    expect(await new Program({ start, shutdownTimeoutMs: 50 }).code()).toBe(1);
  });
});
