import { useEffect, useMemo, useState } from 'preact/hooks';
import { ApiClient } from './api/client.js';
import type { Problem } from './api/problem.js';
import type { Me } from './api/types.js';
import { ConnectionBanner } from './components/connection-banner.js';
import { SignIn } from './components/sign-in.js';
import { useLiveFrom } from './live/use-live.js';
import { Polling } from './live/polling.js';
import { storedToken } from './session.js';
import { Shell } from './shell.js';

const ME_INTERVAL_MS = 30_000;

/** Asks who is signed in, and for a token where that is nobody. */
export function App() {
  const [token, setToken] = useState(storedToken.read);
  const [refusal, setRefusal] = useState<Problem>();
  const api = useMemo(
    () =>
      new ApiClient({
        token,
        refused(problem) {
          storedToken.forget();
          setRefusal(problem);
          setToken(null);
        },
      }),
    [token],
  );
  const polling = usePolling();
  const asked = refusal !== undefined;
  const { data: me } = useLiveFrom<Me>(api, polling, asked ? undefined : '/me', ME_INTERVAL_MS);

  const signIn = (given: string) => {
    storedToken.write(given);
    setRefusal(undefined);
    setToken(given);
  };
  const signOut = () => {
    storedToken.forget();
    location.reload();
  };

  if (asked) return <SignIn refusal={refusal} onToken={signIn} />;
  if (me) return <Shell api={api} polling={polling} me={me} onSignOut={signOut} />;
  return (
    <main class="lonely">
      <ConnectionBanner polling={polling} />
      <p role="status">Connecting …</p>
    </main>
  );
}

/** One for the page, which rests while the page is hidden. */
function usePolling(): Polling {
  const [polling] = useState(() => new Polling());
  useEffect(() => {
    const follow = () => polling.setHidden(document.hidden);
    follow();
    document.addEventListener('visibilitychange', follow);
    return () => {
      document.removeEventListener('visibilitychange', follow);
      polling.stop();
    };
  }, [polling]);
  return polling;
}
