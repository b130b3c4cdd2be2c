import { ValidationPipe } from '@nestjs/common';
import { expect, it } from '@jest/globals';
import { ReplayCommandDto } from './operation.dto.js';

const pipe = new ValidationPipe({ transform: true, whitelist: true, forbidNonWhitelisted: true });
const validate = (body: unknown): Promise<unknown> =>
  pipe.transform(body, { type: 'body', metatype: ReplayCommandDto });

it('a filter has no fields but its own', async () => {
  await expect(validate({ filter: { reason: 'R' } })).resolves.toEqual({ filter: { reason: 'R' } });
  await expect(validate({ filter: { colour: 'red' } })).rejects.toThrow();
  await expect(validate({ filter: 'all' })).rejects.toThrow();
  await expect(validate({ filter: [] })).rejects.toThrow();
  await expect(validate({ selection: [{ partition: 0, offset: -1 }] })).rejects.toThrow();
  await expect(validate({ selection: [1] })).rejects.toThrow();
});
