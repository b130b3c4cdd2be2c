import {
  compileValidator,
  decodeJsonObject,
  EventRewriter,
  loginEventDto,
  type EventChanges,
  type JsonDocument,
  type LoginEventDto,
  type PayloadValidator,
  type Violation,
} from '@pipeline/contracts';
import { processed, rejected, type InputRecord, type Outcome } from '@pipeline/kafka';
import { ExactJson, type StepFields } from './steps/login-step.js';

const CHANGES = { lowerCase: 'locale', set: 'processed_at' } satisfies EventChanges;

/** Decides about login events: what is valid, and what it becomes. */
export class LoginProcessor {
  private readonly validator: PayloadValidator;
  private readonly rewriter: EventRewriter | undefined;

  constructor(policy: { minAppVersion: string }) {
    const dto = loginEventDto(policy);
    this.validator = compileValidator(dto);
    this.rewriter = EventRewriter.compile(dto, CHANGES);
  }

  /** @param processedAt RFC 3339, UTC */
  process({ value }: Pick<InputRecord, 'value'>, processedAt: string): Outcome {
    const rewritten = value === null ? undefined : this.rewriter?.rewrite(value, processedAt);
    if (rewritten) return processed(rewritten);
    const decoded = decodeJsonObject(value);
    if (!decoded.ok) return rejected(decoded.reason, decoded.violations);
    const { document } = decoded;
    return finish(document, this.validator.validate(document.value), processedAt, NO_FIELDS);
  }

  /**
   * As `process`, with the fields that `look` gives for a valid event set in the output.
   * @throws what `look` throws
   */
  async processWith(
    { value }: Pick<InputRecord, 'value'>,
    look: (event: LoginEventDto) => Promise<StepFields>,
  ): Promise<Outcome> {
    const decoded = decodeJsonObject(value);
    if (!decoded.ok) return rejected(decoded.reason, decoded.violations);
    const { document } = decoded;
    const violations = this.validator.validate(document.value);
    const fields = violations.length > 0 ? NO_FIELDS : await look(document.value as unknown as LoginEventDto);
    return finish(document, violations, new Date().toISOString(), fields);
  }
}

const NO_FIELDS: StepFields = {};

function finish(
  document: JsonDocument,
  violations: readonly Violation[],
  processedAt: string,
  fields: StepFields,
): Outcome {
  if (violations.length > 0) {
    // The list is to be complete.
    return rejected('VALIDATION_FAILED', document.canBeEncoded() ? violations : [...violations, TOO_DEEP]);
  }
  const output = document.encode((event) => {
    const text = event[CHANGES.lowerCase];
    if (typeof text === 'string') event[CHANGES.lowerCase] = text.toLowerCase();
    event[CHANGES.set] = processedAt;
    // What is exact is added behind the others.
    for (const name in fields) event[name] = fields[name] instanceof ExactJson ? undefined : fields[name];
  });
  return output === undefined
    ? rejected('VALIDATION_FAILED', [TOO_DEEP])
    : processed(withExact(output, fields));
}

/** @param output a JSON object that is not empty */
function withExact(output: string, fields: StepFields): string {
  let text = output;
  for (const name in fields) {
    const field = fields[name];
    if (field instanceof ExactJson) text = `${text.slice(0, -1)},${JSON.stringify(name)}:${field.text}}`;
  }
  return text;
}

const TOO_DEEP = { field: '', rule: 'too_deep', message: 'is nested too deeply to be written out again' };
