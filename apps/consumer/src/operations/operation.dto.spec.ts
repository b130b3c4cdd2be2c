import { ValidationPipe } from '@nestjs/common';
import { expect, it } from '@jest/globals';
import { PurgeDryRunDto, ReplayCommandDto } from './operation.dto.js';

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

it('a cutoff is a day that there is', async () => {
  const validatePurge = (before: string): Promise<unknown> =>
    pipe.transform({ before }, { type: 'body', metatype: PurgeDryRunDto });
  for (const before of ['2028-02-29', '2026-12-31T23:59:59.123456789Z', '2026-01-01T00:00:00+14:00'])
    await expect(validatePurge(before)).resolves.toEqual({ before });
  for (const before of ['2026-02-29', '2026-02-30T00:00:00Z', '2026-13-01', '2026-00-01', '2026-04-31'])
    await expect(validatePurge(before)).rejects.toThrow();
});
