import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ApiClient } from '../api/client.js';
import type { Me, Status } from '../api/types.js';
import type { Polling } from './polling.js';

/** What every page uses. */
export interface Console {
  readonly api: ApiClient;
  readonly polling: Polling;
  readonly me: Me;
  /** Undefined until the first answer. */
  readonly status: Status | undefined;
  /** Shows a message for a while and has it read out. */
  readonly say: (message: string) => void;
}

export const ConsoleContext = createContext<Console | undefined>(undefined);

export function useConsole(): Console {
  const console = useContext(ConsoleContext);
  if (!console) throw new Error('Not inside of the console');
  return console;
}
