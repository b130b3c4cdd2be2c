import { getMetadataStorage, validateSync } from 'class-validator';
import { compileAccept } from './compile-accept.js';
import { ownRule, rulesOf, type DtoClass, type FieldRule } from './field-rules.js';
import type { Violation } from './violation.js';

export interface PayloadValidator {
  /** Fast. True only for what breaks no rule. */
  accepts(value: object): boolean;
  /** Slow and final: every broken rule, by class-validator. */
  explain(value: object): readonly Violation[];
  /** Accepts fast, explains slowly; empty when every rule holds. */
  validate(value: object): readonly Violation[];
}

/**
 * A validator for a DTO class, from its class-validator decorators: these are the only place where a rule
 * stands. What the compiled form of them does not accept, class-validator explains, once for each field and
 * set of broken rules, and its verdict counts. A DTO with decorators that have no compiled form is left to
 * class-validator alone. Throws a TypeError for nested and asynchronous rules.
 */
export function compileValidator(dto: DtoClass): PayloadValidator {
  const rules = rulesOf(dto);
  const names = [...new Set(rules.map(({ propertyName }) => propertyName))];
  const compiled = compileAccept(dto, rules);
  if (!compiled) {
    const explain = (value: object) => explainWith(new dto(), names, value);
    return { accepts: (value) => explain(value).length === 0, explain, validate: explain };
  }
  const fields = names.map((name) => compileField(name, names, rules));
  const explain = (value: object) => fields.flatMap((field) => field.explain(value));
  const validate = (value: object) => {
    if (compiled(value)) return [];
    const refused = fields.filter((field) => !field.accepts(value));
    return refused.flatMap(({ name, explainValue, missing }) =>
      Object.hasOwn(value, name) ? explainValue(Reflect.get(value, name)) : missing,
    );
  };
  return { accepts: compiled, explain, validate };
}

/** The rules of one field, as a DTO of their own: class-validator always looks at all the rules of a class. */
function compileField(name: string, names: readonly string[], allRules: readonly FieldRule[]) {
  class FieldDto {
    [name: string]: unknown;
  }
  const rules = allRules
    .filter(({ propertyName }) => propertyName === name)
    .map((rule) => copyFor(FieldDto, rule));
  for (const rule of rules) getMetadataStorage().addValidationMetadata(rule);
  const explain = (value: object) => explainWith(new FieldDto(), names, value);
  return {
    name,
    accepts: compileAccept(FieldDto, rules) ?? (() => false),
    explain,
    explainValue: explainByRules(rules, (value) => explain({ [name]: value })),
    /** What is said of every event without the field. */
    missing: explain({}),
  };
}

/**
 * Our own rules look at nothing but the value of their field, and their messages never quote it. So what is said
 * depends on which of them are broken alone, and `explain` is asked once for each such set.
 */
function explainByRules(
  fieldRules: readonly FieldRule[],
  explain: (value: unknown) => readonly Violation[],
): (value: unknown) => readonly Violation[] {
  const rules = fieldRules.flatMap((rule) => ownRule(rule) ?? []);
  const known = new Map<string, readonly Violation[]>();
  return (value) => {
    let held = '';
    for (const { holds } of rules) held += holds(value) ? '1' : '0';
    let violations = known.get(held);
    if (!violations) known.set(held, (violations = explain(value)));
    return violations;
  };
}

function explainWith(event: object, names: readonly string[], value: object): Violation[] {
  // Only the fields that have rules, and as they are: whatever else hostile input holds is never looked into.
  for (const name of names) {
    if (Object.hasOwn(value, name)) Reflect.set(event, name, Reflect.get(value, name));
  }
  return validateSync(event, { forbidUnknownValues: false }).flatMap(({ property, constraints = {} }) =>
    Object.entries(constraints).map(([rule, message]) => ({ field: property, rule, message })),
  );
}

function copyFor(target: DtoClass, rule: FieldRule): FieldRule {
  return Object.assign(Object.create(Reflect.getPrototypeOf(rule)) as FieldRule, rule, { target });
}
