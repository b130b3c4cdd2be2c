import { IsOptional } from 'class-validator';
import { IsAppVersion, IsPublicIp, IsRequired, IsText, IsWholeNumber } from './rules/decorators.js';

/** A login, as it arrives on the input topic. Further fields are allowed and carried through. */
export class LoginEventDto {
  @IsRequired()
  @IsText()
  user_id!: string;

  @IsRequired()
  @IsText()
  @IsAppVersion()
  app_version!: string;

  @IsRequired()
  @IsText()
  device_type!: string;

  /** IPv4 or IPv6, not from a private network. */
  @IsOptional()
  @IsText()
  @IsPublicIp()
  ip?: string | null;

  @IsOptional()
  @IsText()
  locale?: string | null;

  @IsOptional()
  @IsText()
  device_id?: string | null;

  /** Unix seconds. */
  @IsOptional()
  @IsWholeNumber()
  timestamp?: number | null;
}

/** The DTO that lets through no app older than `minAppVersion`. Throws a RangeError when that is no version. */
export function loginEventDto({ minAppVersion }: { minAppVersion: string }): typeof LoginEventDto {
  class LoginEventFromVersionDto extends LoginEventDto {
    // class-validator inherits no custom rule of a field that has one of its own, hence all of them again.
    @IsRequired()
    @IsText()
    @IsAppVersion(minAppVersion)
    declare app_version: string;
  }
  return LoginEventFromVersionDto;
}
