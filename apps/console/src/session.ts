import type { Me, Role } from './api/types.js';

const KEY = 'admin-token';

/** The token lives as long as the tab. */
export const storedToken = {
  read: (): string | null => sessionStorage.getItem(KEY),
  write: (token: string): void => sessionStorage.setItem(KEY, token),
  forget: (): void => sessionStorage.removeItem(KEY),
};

const RANK: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 };

/** Whether who is signed in may do what a role may. The service decides; this only hides what it would refuse. */
export const may = ({ role }: Pick<Me, 'role'>, needed: Role): boolean => RANK[role] >= RANK[needed];

/** Header values are visible ASCII; anything else is no token and would make the request fail. */
export const looksLikeToken = (text: string): boolean => /^[\x21-\x7e]+$/.test(text);
