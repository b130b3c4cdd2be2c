import { defineSettings, setting } from '@pipeline/ops';
import { secretsOf } from '../signed-json.js';

const SECRET = /^[^\0\r\n]{16,}$/;

export const CONTROL_SETTINGS = defineSettings({
  controlSecret: setting<string, undefined>('CONTROL_SECRET', {
    default: undefined,
    whenUnset: 'none',
    secret: true,
    parse: (given) => (secretsOf(given).every((one) => SECRET.test(one)) ? given : undefined),
    accepts: 'a text of at least 16 characters, or a comma-separated list of such texts',
    help: 'Signs commands and audit entries (HMAC-SHA256), the same for every instance. Of several the first one signs and all verify: see SECURITY-KAFKA.md. Without it, who has commanded something is told as unverified.',
  }),
});
