import { defineSettings, text } from '@pipeline/ops';

export const CONTROL_SETTINGS = defineSettings({
  controlSecret: text('CONTROL_SECRET', {
    default: undefined,
    whenUnset: 'none',
    secret: true,
    pattern: /^[^\0\r\n]{16,}$/,
    accepts: 'a text of at least 16 characters',
    help: 'Signs commands and audit entries (HMAC-SHA256), the same for every instance. Without it, who has commanded something is told as unverified.',
  }),
});
