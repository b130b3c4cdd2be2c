import { toBytes, type LoginEvent } from './login-event.js';

const without = (field: keyof LoginEvent) => (event: LoginEvent) => toBytes({ ...event, [field]: undefined });
const withField = (field: keyof LoginEvent, value: unknown) => (event: LoginEvent) =>
  toBytes({ ...event, [field]: value });

/** Every way for an event to be invalid: each rule, and values that are no event at all. */
export const INVALID_KINDS: readonly ((event: LoginEvent) => Buffer)[] = [
  without('user_id'),
  without('app_version'),
  without('device_type'),
  withField('user_id', ''),
  withField('user_id', 42),
  withField('device_type', null),
  withField('app_version', 'two'),
  withField('app_version', '1.9.9'),
  withField('ip', '999.1.2.3'),
  withField('ip', '01.2.3.4'),
  withField('ip', '192.168.0.1'),
  withField('ip', '::1'),
  withField('locale', 7),
  withField('device_id', []),
  withField('timestamp', 'yesterday'),
  withField('timestamp', 1.5),
  (event) => toBytes([event]),
  (event) => toBytes(event).subarray(0, -1),
  () => Buffer.from('not json'),
  () => Buffer.from([0xff, 0xfe, 0x7b, 0x7d]),
  () => Buffer.alloc(0),
];
