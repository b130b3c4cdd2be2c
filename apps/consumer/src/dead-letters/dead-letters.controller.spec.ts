import { text } from 'node:stream/consumers';
import { ServiceUnavailableException } from '@nestjs/common';
import { expect, it } from '@jest/globals';
import { DeadLettersController } from './dead-letters.controller.js';
import { LetterFilterDto } from './letter-filter.dto.js';
import type { Letters } from './letters.js';

const VIEWER = { name: 'vera', role: 'viewer', expiresAt: undefined } as const;
const controller = (letters: object) => new DeadLettersController(letters as unknown as Letters);
const unavailable = () => Promise.reject(new ServiceUnavailableException('not now'));

it('exports nothing while the index is being built, or when it cannot begin', async () => {
  const building = controller({ ready: unavailable });
  await expect(building.export(new LetterFilterDto(), VIEWER)).rejects.toThrow('not now');
  const failing = controller({ ready: () => Promise.resolve(), ask: unavailable });
  await expect(failing.export(new LetterFilterDto(), VIEWER)).rejects.toThrow('not now');
});

it('exports an empty file where nothing matches', async () => {
  const ask = () => Promise.resolve({ items: [], nextCursor: null });
  const file = await controller({ ready: () => Promise.resolve(), ask }).export(
    new LetterFilterDto(),
    VIEWER,
  );
  expect(await text(file.getStream())).toBe('');
});
