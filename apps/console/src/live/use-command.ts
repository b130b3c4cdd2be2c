import { useEffect, useRef, useState } from 'preact/hooks';
import { ConnectionLost, Problem } from '../api/problem.js';
import { useConsole } from './console-context.js';

export interface Command {
  readonly busy: boolean;
  readonly error: Problem | ConnectionLost | undefined;
  /** Undefined when it failed; why stands in `error`. Everything shown is asked for anew afterwards. */
  readonly run: <T>(send: () => Promise<T>) => Promise<T | undefined>;
  readonly forget: () => void;
}

/** Something an operator does: one at a time, with what went wrong. */
export function useCommand(): Command {
  const { polling } = useConsole();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Command['error']>();
  const mounted = useRef(true);
  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);

  const run = async <T>(send: () => Promise<T>): Promise<T | undefined> => {
    setBusy(true);
    setError(undefined);
    try {
      const answer = await send();
      polling.refresh();
      return answer;
    } catch (thrown) {
      if (!(thrown instanceof Problem) && !(thrown instanceof ConnectionLost)) throw thrown;
      if (mounted.current) setError(thrown);
      return undefined;
    } finally {
      if (mounted.current) setBusy(false);
    }
  };
  return { busy, error, run, forget: () => setError(undefined) };
}
