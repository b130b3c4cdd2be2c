import { Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiProperty } from '@nestjs/swagger';
import { ROLES, type Actor, type Role } from './actor.js';
import { ADMIN_ACCESS, type AdminAccess } from './admin-access.js';
import { AdminController } from './admin-controller.decorator.js';
import { CurrentActor } from './current-actor.decorator.js';
import { RequiresRole } from './requires-role.decorator.js';
import { Tokens } from './tokens.js';

interface Me extends Actor {
  readonly environment: string;
  readonly auth: AdminAccess['auth'];
}

class MeDto implements Me {
  @ApiProperty({ description: 'The name of the token; `anonymous` where none is asked for' })
  name!: string;

  @ApiProperty({ enum: ROLES })
  role!: Role;

  @ApiProperty({ description: 'Which environment this is' })
  environment!: string;

  @ApiProperty({ enum: ['token', 'none'] })
  auth!: AdminAccess['auth'];
}

interface TokenSummary extends Actor {
  readonly expires: string | null;
  readonly expired: boolean;
}

class TokenDto implements TokenSummary {
  @ApiProperty()
  name!: string;

  @ApiProperty({ enum: ROLES })
  role!: Role;

  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, description: 'null without an end' })
  expires!: string | null;

  @ApiProperty()
  expired!: boolean;
}

/** Who the caller is, and who else may do what. */
@AdminController()
export class AccessController {
  constructor(
    @Inject(ADMIN_ACCESS) private readonly access: AdminAccess,
    private readonly tokens: Tokens,
  ) {}

  @Get('me')
  @RequiresRole('viewer')
  @ApiOkResponse({ type: MeDto })
  me(@CurrentActor() { name, role }: Actor): Me {
    const { environment = 'development', auth } = this.access;
    return { name, role, environment, auth };
  }

  @Get('tokens')
  @RequiresRole('admin')
  @ApiOkResponse({ type: [TokenDto], description: 'The tokens by name; never they themselves.' })
  list(): TokenSummary[] {
    return this.tokens.entries().map(({ name, role, expires }) => ({
      name,
      role,
      expires: expires === undefined ? null : new Date(expires).toISOString(),
      expired: expires !== undefined && expires <= Date.now(),
    }));
  }
}
