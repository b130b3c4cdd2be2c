import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CONSUMER_SETTINGS } from '../apps/consumer/src/config.js';
import { PRODUCER_SETTINGS } from '../apps/producer/src/config.js';
import { configurationPage, metricsPage } from './docs.js';

const DOCS = resolve(import.meta.dirname, '../docs');

describe('the generated documentation', () => {
  it.each([
    [
      'configuration.md',
      () => configurationPage({ consumer: CONSUMER_SETTINGS, producer: PRODUCER_SETTINGS }),
    ],
    ['metrics.md', metricsPage],
  ])('%s is up to date (else: npm run docs)', async (file, generate) => {
    const path = resolve(DOCS, file);
    const text = await generate();
    if (process.env.UPDATE_DOCS === '1') await writeFile(path, text);
    expect(await readFile(path, 'utf8')).toBe(text);
  });
});
