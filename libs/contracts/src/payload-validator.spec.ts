import { describe, expect, it } from '@jest/globals';
import {
  IsEmail,
  IsOptional,
  IsString,
  registerDecorator,
  ValidateIf,
  ValidateNested,
  validateSync,
} from 'class-validator';
import fc from 'fast-check';
import { LoginEventDto, loginEventDto } from './login-event.dto.js';
import { compileValidator } from './payload-validator.js';
import { IsAppVersion, IsPublicIp, IsRequired, IsText } from './rules/decorators.js';
import { anyEvent, validEvent } from './testing/login-events.js';

const Dto = loginEventDto({ minAppVersion: '2.0.0' });
const validator = compileValidator(Dto);

const EVENT = {
  user_id: '424cdd21-063a-43a7-b91b-7ca1a833afae',
  app_version: '2.3.0',
  device_type: 'android',
  ip: '199.172.111.135',
  locale: 'RU',
  device_id: '593-47-5928',
  timestamp: 1694479551,
};

/** The rules that the event breaks, as `field rule`. */
function broken(changes: Record<string, unknown>): string[] {
  const violations = validator.validate({ ...EVENT, ...changes });
  return violations.map(({ field, rule }) => `${field} ${rule}`).sort();
}

function deeplyNested(levels: number): unknown {
  return JSON.parse('['.repeat(levels) + ']'.repeat(levels));
}

describe('a login event', () => {
  it.each<[string, Record<string, unknown>]>([
    ['as it comes', {}],
    [
      'with only what is required',
      { ip: undefined, locale: undefined, device_id: undefined, timestamp: undefined },
    ],
    ['with null for what is optional', { ip: null, locale: null, device_id: null, timestamp: null }],
    ['with empty optional texts', { locale: '', device_id: '' }],
    ['with a timestamp before 1970', { timestamp: -1 }],
    ['with a timestamp beyond 2^53', { timestamp: 1e20 }],
    ['with further fields of every kind', { a: null, b: [1], c: { d: {} }, processed_at: 5 }],
    [
      'with awkward further names',
      JSON.parse('{"__proto__":{"user_id":1},"constructor":1,"toString":null}') as object,
    ],
    ['with a further field nested deeply', { further: deeplyNested(50_000) }],
    ['of the lowest version', { app_version: '2' }],
    ['of a version that is newer as a number only', { app_version: '10.0.0' }],
    ['from an IPv6 address', { ip: '2001:db8::1' }],
  ])('is valid %s', (_, changes) => {
    expect(broken(changes)).toEqual([]);
    expect(validator.accepts({ ...EVENT, ...changes })).toBe(true);
  });

  it.each(['user_id', 'app_version', 'device_type'])(
    'must have a %s, which is a text that is not empty',
    (field) => {
      for (const absent of [undefined, null, ''])
        expect(broken({ [field]: absent })).toEqual([`${field} required`]);
      for (const other of [0, 1, true, false, [], ['2.3.0'], {}, deeplyNested(50_000)]) {
        expect(broken({ [field]: other })).toEqual([`${field} type`]);
      }
    },
  );

  it.each(['ip', 'locale', 'device_id'])('has a text for %s, if anything', (field) => {
    for (const other of [0, true, [], {}, ['8.8.8.8'], deeplyNested(50_000)]) {
      expect(broken({ [field]: other })).toEqual([`${field} type`]);
    }
  });

  it('has an integer for timestamp, if anything', () => {
    for (const other of ['', '1694479551', 1.5, NaN, Infinity, true, [], [1], {}]) {
      expect(broken({ timestamp: other })).toEqual(['timestamp type']);
    }
  });

  it.each([
    ['2..3', 'app_version_invalid'],
    [' ', 'app_version_invalid'],
    ['1.9.9', 'app_version_too_old'],
    ['2.0.0-beta', 'app_version_too_old'],
  ])('with version %j breaks only the rule %s', (version, rule) => {
    expect(broken({ app_version: version })).toEqual([`app_version ${rule}`]);
  });

  it.each([
    ['', 'ip_invalid'],
    ['1.2.3', 'ip_invalid'],
    ['010.1.1.1', 'ip_invalid'],
    ['10.1.1.1', 'ip_not_public'],
    ['::ffff:10.1.1.1', 'ip_not_public'],
  ])('from %j breaks only the rule %s', (ip, rule) => {
    expect(broken({ ip })).toEqual([`ip ${rule}`]);
  });

  it('has every broken rule listed', () => {
    const changes = {
      user_id: null,
      app_version: '1',
      device_type: 7,
      ip: '::1',
      locale: [],
      device_id: 1,
      timestamp: 'x',
    };
    expect(broken(changes)).toEqual([
      'app_version app_version_too_old',
      'device_id type',
      'device_type type',
      'ip ip_not_public',
      'locale type',
      'timestamp type',
      'user_id required',
    ]);
  });

  it.each<[string, object]>([
    ['an empty object', {}],
    ['an object without prototype', Object.create(null) as object],
    ['an array', []],
    ['an object that only inherits its fields', Object.create(EVENT) as object],
  ])('is not %s', (_, value) => {
    const rules = validator.validate(value).map(({ rule }) => rule);
    expect(rules).toEqual(['required', 'required', 'required']);
  });

  it('is never quoted in a message', () => {
    const secret = '$value-secret';
    const violations = validator.validate({
      user_id: [secret],
      app_version: secret,
      device_type: {},
      ip: secret,
    });
    expect(violations).toEqual(
      expect.arrayContaining([
        { field: 'app_version', rule: 'app_version_invalid', message: 'must be a version such as 2.3.0' },
        { field: 'ip', rule: 'ip_invalid', message: 'must be an IPv4 or IPv6 address' },
      ]),
    );
    expect(JSON.stringify(violations)).not.toContain('secret');
  });
});

describe('the lowest app version', () => {
  it('belongs to one policy, not to all', () => {
    const strict = compileValidator(loginEventDto({ minAppVersion: '3.0.0' }));
    const none = compileValidator(LoginEventDto);
    const events = ['0.1.0', '2.3.0', '3.0.0'].map((app_version) => ({ ...EVENT, app_version }));
    expect(events.map((event) => strict.accepts(event))).toEqual([false, false, true]);
    expect(events.map((event) => validator.accepts(event))).toEqual([false, true, true]);
    expect(events.map((event) => none.accepts(event))).toEqual([true, true, true]);
    expect(strict.validate({ ...EVENT, app_version: '2.3.0' })).toEqual([
      { field: 'app_version', rule: 'app_version_too_old', message: 'must be 3.0.0 or newer' },
    ]);
  });

  it('must be a version', () => {
    expect(() => loginEventDto({ minAppVersion: 'two' })).toThrow(RangeError);
  });
});

describe('the compiled validator', () => {
  it('never accepts what class-validator refuses', () => {
    let accepted = 0;
    const runs = 10_000;
    fc.assert(
      fc.property(anyEvent, (event) => {
        if (!validator.accepts(event)) return true;
        accepted++;
        return validator.explain(event).length === 0;
      }),
      { numRuns: runs },
    );
    // Neither side of the law is without cases.
    expect(accepted / runs).toBeGreaterThan(0.05);
    expect(accepted / runs).toBeLessThan(0.95);
  });

  it('refuses fewer than 1 in 10,000 events that class-validator accepts', () => {
    let refused = 0;
    const runs = 10_000;
    fc.assert(
      fc.property(validEvent, (event) => {
        if (!validator.accepts(event)) refused++;
        return validator.explain(event).length === 0;
      }),
      { numRuns: runs },
    );
    expect(refused / runs).toBeLessThan(1 / 10_000);
  });
});

describe('what is explained', () => {
  /** By class-validator, from the DTO as it stands. */
  function explained(event: object) {
    const dto: object = new Dto();
    for (const field of Object.keys(EVENT).filter((name) => Object.hasOwn(event, name))) {
      Reflect.set(dto, field, Reflect.get(event, field));
    }
    return validateSync(dto);
  }

  it('is what class-validator finds wrong with the whole, in its words and order', () => {
    fc.assert(
      fc.property(anyEvent, (event: object) => {
        const expected = explained(event).flatMap(({ property, constraints = {} }) =>
          Object.entries(constraints).map(([rule, message]) => ({ field: property, rule, message })),
        );
        expect(validator.validate(event)).toEqual(expected);
        expect(validator.explain(event)).toEqual(expected);
      }),
      { numRuns: 10_000 },
    );
  });

  it('is the same for every value that breaks the same rules of a field, and another for others', () => {
    class AddressDto {
      @IsText()
      @IsAppVersion('2.0.0')
      @IsPublicIp()
      both!: string;
    }
    const both = compileValidator(AddressDto);
    const expected: [unknown, string[]][] = [
      ['x', ['app_version_invalid', 'ip_invalid']],
      ['10.0.0.1', ['app_version_invalid', 'ip_not_public']],
      ['1.0', ['app_version_too_old', 'ip_invalid']],
      [5, ['type']],
      ['y', ['app_version_invalid', 'ip_invalid']],
      ['10.0.0.2', ['app_version_invalid', 'ip_not_public']],
      ['x', ['app_version_invalid', 'ip_invalid']],
    ];
    for (const [value, rules] of expected) {
      const violations = both.validate({ both: value });
      expect(violations.map(({ rule }) => rule).sort()).toEqual(rules);
      expect(violations).toEqual(both.explain({ both: value }));
    }
  });
});

describe('a DTO of others', () => {
  it('may have any decorator: class-validator alone decides where there is no compiled form', () => {
    class ContactDto {
      @IsRequired()
      @IsText()
      name!: string;

      @IsOptional()
      @IsString()
      @IsEmail()
      email?: string;
    }
    const contacts = compileValidator(ContactDto);
    expect(contacts.validate({ name: 'Ada', email: 'ada@example.org' })).toEqual([]);
    expect(contacts.accepts({ name: 'Ada', email: 'no address' })).toBe(false);
    expect(contacts.validate({ email: 'no address' }).map(({ field, rule }) => `${field} ${rule}`)).toEqual([
      'name required',
      'email isEmail',
    ]);
  });

  it('may have rules that look at other fields', () => {
    class AddressDto {
      @IsRequired()
      country!: string;

      @ValidateIf(({ country }: AddressDto) => country === 'US')
      @IsString()
      state?: string;
    }
    const addresses = compileValidator(AddressDto);
    expect(addresses.validate({ country: 'FR' })).toEqual([]);
    expect(addresses.validate({ country: 'US' }).map(({ field }) => field)).toEqual(['state']);
  });

  it('may have no rule at all', () => {
    class AnythingDto {
      anything?: unknown;
    }
    expect(compileValidator(AnythingDto).validate({ a: 1 })).toEqual([]);
  });

  it('cannot have nested or asynchronous rules', () => {
    class NestedDto {
      @ValidateNested()
      login!: LoginEventDto;
    }
    class AsyncDto {
      login!: string;
    }
    registerDecorator({
      target: AsyncDto,
      propertyName: 'login',
      async: true,
      validator: { validate: () => Promise.resolve(true) },
    });
    expect(() => compileValidator(NestedDto)).toThrow(
      'NestedDto.login: nested and async rules are not supported',
    );
    expect(() => compileValidator(AsyncDto)).toThrow(
      'AsyncDto.login: nested and async rules are not supported',
    );
  });
});
