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
    if (violations.length > 0) return rejected('VALIDATION_FAILED', violations);
    const output = document.encode((event) => {
      if (typeof event['locale'] === 'string') event['locale'] = event['locale'].toLowerCase();
      event['processed_at'] = processedAt;
    });
    return output ? processed(output) : rejected('VALIDATION_FAILED', [TOO_DEEP]);
  }
}

const TOO_DEEP = { field: '', rule: 'too_deep', message: 'is nested too deeply to be written out again' };
