import { getMetadataStorage, validateSync, ValidationTypes } from 'class-validator';
import { compileAccept, type FieldRule } from './compile-accept.js';
import type { Violation } from './violation.js';

export interface PayloadValidator {
  /** Fast. True only for what breaks no rule. */
  accepts(value: object): boolean;
  /** Slow and final: every broken rule, by class-validator. */
  explain(value: object): readonly Violation[];
  /** Accepts fast, explains slowly; empty when every rule holds. */
  validate(value: object): readonly Violation[];
}

type DtoClass = new () => object;

/**
 * A validator for a DTO class, from its class-validator decorators: these are the only place where a rule
 * stands. What the compiled form of them does not accept, class-validator explains, and its verdict counts.
 * A DTO with decorators that have no compiled form is left to class-validator alone. Throws a TypeError for
 * nested and asynchronous rules.
 */
export function compileValidator(dto: DtoClass): PayloadValidator {
  const rules = rulesOf(dto);
  const fields = [...new Set(rules.map(({ propertyName }) => propertyName))];
  const explain = (value: object) => explainFields(dto, fields, value);
  const accepts = compileAccept(dto, rules) ?? ((value: object) => explain(value).length === 0);
  return { accepts, explain, validate: (value) => (accepts(value) ? [] : explain(value)) };
}

function rulesOf(dto: DtoClass): FieldRule[] {
  const storage = getMetadataStorage();
  const rules = storage.getTargetValidationMetadatas(dto, '', true, false);
  const constraintsOf = (rule: FieldRule) => storage.getTargetValidatorConstraints(rule.constraintCls);
  const unfit = rules.find(
    (rule) =>
      rule.type === ValidationTypes.NESTED_VALIDATION || constraintsOf(rule).some(({ async }) => async),
  );
  if (unfit)
    throw new TypeError(`${dto.name}.${unfit.propertyName}: nested and async rules are not supported`);
  return rules;
}

function explainFields(dto: DtoClass, fields: readonly string[], value: object): Violation[] {
  // Only the fields that have rules, and as they are: whatever else hostile input holds is never looked into.
  const event: object = new dto();
  for (const field of fields) {
    if (Object.hasOwn(value, field)) Reflect.set(event, field, Reflect.get(value, field));
  }
  return validateSync(event, { forbidUnknownValues: false }).flatMap(({ property, constraints = {} }) =>
    Object.entries(constraints).map(([rule, message]) => ({ field: property, rule, message })),
  );
}
