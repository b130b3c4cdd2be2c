import { appVersionCheck } from './app-version.js';
import { ipProblem } from './ip.js';
import { decorate, Rule, textRule, type TextCheck } from './rule.js';

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
  const problemOf = appVersionCheck(minimum);
  // An empty one is missing: `required` says so.
  const check: TextCheck = (text) => (text === '' ? undefined : problemOf(text));
  const invalid = textRule('app_version_invalid', 'must be a version such as 2.3.0', check);
  if (minimum === undefined) return decorate(invalid);
  return decorate(invalid, textRule('app_version_too_old', `must be ${minimum} or newer`, check));
}

export const IsPublicIp = () =>
  decorate(
    textRule('ip_invalid', 'must be an IPv4 or IPv6 address', ipProblem),
    textRule(
      'ip_not_public',
      'must not be a private, loopback, link-local or unspecified address',
      ipProblem,
    ),
  );

function typeRule(type: 'string' | 'integer', name: string, holds: (value: unknown) => boolean): Rule {
  return new Rule('type', `must be ${name}`, (value) => isAbsent(value) || holds(value), {
    schema: { type },
  });
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}
