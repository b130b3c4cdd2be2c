import type { Me } from '../api/types.js';
import { hrefOf, PAGES, type Page } from '../route.js';
import { TITLES } from '../titles.js';

interface Props {
  readonly me: Me;
  readonly page: Page;
  readonly onSignOut: () => void;
}

/** Where this is, who one is here, and the way to the pages. */
export function Header({ me, page, onSignOut }: Props) {
  return (
    <header>
      <div class="bar">
        <strong class="brand">Login event pipeline</strong>
        <span class="badge environment" data-production={/^prod/i.test(me.environment)}>
          <span class="sr-only">Environment </span>
          {me.environment}
        </span>
        <div class="who">
          <span>
            {me.name} <span class="muted">({me.role})</span>
          </span>
          {me.auth === 'token' && (
            <button type="button" class="quiet" onClick={onSignOut}>
              Sign out
            </button>
          )}
        </div>
      </div>
      <nav aria-label="Pages">
        <ul>
          {PAGES.filter((name) => name !== 'audit' || me.role !== 'viewer').map((name) => (
            <li key={name}>
              <a href={hrefOf(name)} {...(name === page && { 'aria-current': 'page' })}>
                {TITLES[name]}
              </a>
            </li>
          ))}
        </ul>
      </nav>
    </header>
  );
}
