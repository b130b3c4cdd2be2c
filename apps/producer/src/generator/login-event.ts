import type { LoginEventDto } from '@pipeline/contracts';

/** A login event as plain data, every field in it. */
export type LoginEvent = Required<Pick<LoginEventDto, keyof LoginEventDto>>;

export const toBytes = (event: object): Buffer => Buffer.from(JSON.stringify(event));
