import { registerDecorator } from 'class-validator';

/** Tells what is wrong with a text, by the code of the rule that it breaks. */
export type TextCheck = (text: string) => string | undefined;

/** A quick look at the bytes of a text. True: the check would find nothing wrong. False: ask the check. */
export type BytesCheck = (bytes: Uint8Array, start: number, end: number) => boolean;

/** A rule in the form that the compiled validator takes: JSON Schema, or a function where that cannot say it. */
type Compiled = { readonly schema: { minLength?: 1; type?: 'string' | 'integer' } } | CompiledCheck;

export interface CompiledCheck {
  readonly check: TextCheck;
  readonly passes: BytesCheck;
}

/** A rule of a field. class-validator asks `holds`; `compiled` accepts nothing that `holds` refuses. */
export class Rule {
  constructor(
    readonly code: string,
    /** What a violation says; it must not quote the value. */
    readonly message: string,
    readonly holds: (value: unknown) => boolean,
    readonly compiled: Compiled,
  ) {}
}

/** The rule that `check` gives `code`; what is not a text at all is left to another rule. */
export function textRule(code: string, message: string, compiled: CompiledCheck): Rule {
  const { check } = compiled;
  return new Rule(code, message, (value) => typeof value !== 'string' || check(value) !== code, compiled);
}

/** A property decorator that puts rules on a field; the rule is the first constraint of its metadata. */
export function decorate(...rules: Rule[]): PropertyDecorator {
  return (target, field) => {
    for (const rule of rules) {
      registerDecorator({
        name: rule.code,
        target: target.constructor,
        propertyName: String(field),
        options: { message: rule.message },
        constraints: [rule],
        validator: { validate: rule.holds },
      });
    }
  };
}
