import { appVersionCheck } from './app-version.js';
import { ipProblem, isHarmlessV4 } from './ip.js';
import { decorate, Rule, textRule, type CompiledCheck } from './rule.js';

/** There, not null, and as a text not empty. */
export const IsRequired = () =>
  decorate(
    new Rule('required', 'is required', (value) => !isAbsent(value) && value !== '', {
      schema: { minLength: 1 },
    }),
  );

/** A text; what is absent is left to `required`. */
export const IsText = () => decorate(typeRule('string', 'a string', (value) => typeof value === 'string'));

export const IsWholeNumber = () => decorate(typeRule('integer', 'an integer', Number.isInteger));

/** A version, and at least `minimum` when that is given. */
export function IsAppVersion(minimum?: string): PropertyDecorator {
  const { check, passes } = appVersionCheck(minimum);
  // An empty one is missing: `required` says so.
  const compiled: CompiledCheck = { check: (text) => (text === '' ? undefined : check(text)), passes };
  const invalid = textRule('app_version_invalid', 'must be a version such as 2.3.0', compiled);
  if (minimum === undefined) return decorate(invalid);
  return decorate(invalid, textRule('app_version_too_old', `must be ${minimum} or newer`, compiled));
}

export const IsPublicIp = () =>
  decorate(
    textRule('ip_invalid', 'must be an IPv4 or IPv6 address', IP),
    textRule('ip_not_public', 'must not be a private, loopback, link-local or unspecified address', IP),
  );

const IP: CompiledCheck = { check: ipProblem, passes: isHarmlessV4 };

function typeRule(type: 'string' | 'integer', name: string, holds: (value: unknown) => boolean): Rule {
  return new Rule('type', `must be ${name}`, (value) => isAbsent(value) || holds(value), {
    schema: { type },
  });
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}
