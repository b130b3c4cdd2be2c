import {
  compileValidator,
  decodeJsonObject,
  loginEventDto,
  type PayloadValidator,
} from '@pipeline/contracts';
import { processed, rejected, type InputRecord, type Outcome } from '@pipeline/kafka';

/** Decides about login events: what is valid, and what it becomes. */
export class LoginProcessor {
  private readonly validator: PayloadValidator;

  constructor(policy: { minAppVersion: string }) {
    this.validator = compileValidator(loginEventDto(policy));
  }

  /** @param processedAt RFC 3339, UTC */
  process({ value }: Pick<InputRecord, 'value'>, processedAt: string): Outcome {
    const decoded = decodeJsonObject(value);
    if (!decoded.ok) return rejected(decoded.reason, decoded.violations);
    const { document } = decoded;
    const violations = this.validator.validate(document.value);
    // Also of an invalid event: its list of violations is to be complete.
    const output = document.encode((event) => {
      if (typeof event['locale'] === 'string') event['locale'] = event['locale'].toLowerCase();
      event['processed_at'] = processedAt;
    });
    if (output && violations.length === 0) return processed(output);
    return rejected('VALIDATION_FAILED', output ? violations : [...violations, TOO_DEEP]);
  }
}

const TOO_DEEP = { field: '', rule: 'too_deep', message: 'is nested too deeply to be written out again' };
