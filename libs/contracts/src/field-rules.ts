import { getMetadataStorage, IS_OPTIONAL, ValidationTypes } from 'class-validator';
import { Rule } from './rules/rule.js';

/** What class-validator knows about one decorator of one field. */
export type FieldRule = ReturnType<
  ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']
>[number];

export type DtoClass = new () => object;

/** The decorators of a DTO class. Throws a TypeError for nested and asynchronous rules. */
export function rulesOf(dto: DtoClass): FieldRule[] {
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

export const isOptional = ({ name }: FieldRule): boolean => name === IS_OPTIONAL;

/** The rule that one of our decorators stands for; undefined for any other decorator. */
export function ownRule({ constraints }: FieldRule): Rule | undefined {
  const rule = (constraints as unknown[] | undefined)?.[0];
  return rule instanceof Rule ? rule : undefined;
}
