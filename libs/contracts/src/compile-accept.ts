import { _, Ajv } from 'ajv';
import { targetConstructorToSchema } from 'class-validator-jsonschema';
import { isOptional, ownRule, type DtoClass, type FieldRule } from './field-rules.js';
import type { Rule, TextCheck } from './rules/rule.js';

/** A piece of JSON Schema. */
type Schema = ReturnType<typeof targetConstructorToSchema>;

/**
 * Compiles the rules of a DTO to a function that is true only where all of them hold: to JSON Schema, and that
 * to code. Undefined when a rule is not one of ours, because what others become in JSON Schema may accept more.
 */
export function compileAccept(
  dto: DtoClass,
  fieldRules: readonly FieldRule[],
): ((value: object) => boolean) | undefined {
  const rules = fieldRules.filter((rule) => !isOptional(rule)).map(ownRule);
  if (!rules.every((rule) => rule !== undefined)) return undefined;
  const ajv = new Ajv({ strict: true, ownProperties: true });
  const keywords = addKeywords(ajv, rules);
  const toSchema = (fieldRule: FieldRule): Schema => {
    const { compiled } = ownRule(fieldRule) as Rule;
    return 'schema' in compiled ? compiled.schema : { [keywords.get(compiled.check) ?? '']: true };
  };
  const additionalConverters = Object.fromEntries(rules.map(({ code }) => [code, toSchema]));
  const { required = [], properties = {} } = targetConstructorToSchema(dto, { additionalConverters });
  const nullable = Object.entries(properties).map(([field, schema]) => [
    field,
    required.includes(field) ? schema : { ...schema, nullable: true },
  ]);
  return ajv.compile({ type: 'object', required, properties: Object.fromEntries(nullable) as object });
}

/** Makes each text check a keyword of its own; two rules of one check share it, and it runs once for both. */
function addKeywords(ajv: Ajv, rules: readonly Rule[]): ReadonlyMap<TextCheck, string> {
  const checks = rules.flatMap(({ compiled }) => ('check' in compiled ? [compiled.check] : []));
  const keywords = new Map([...new Set(checks)].map((check, index) => [check, `check${index}`]));
  for (const [check, keyword] of keywords) {
    ajv.addKeyword({
      keyword,
      type: 'string',
      code: (context) => {
        const problemOf = context.gen.scopeValue('func', { ref: check });
        context.pass(_`${problemOf}(${context.data}) === undefined`);
      },
    });
  }
  return keywords;
}
