import { useEffect, useState } from 'preact/hooks';
import { formatDuration } from '../format.js';
import type { Polling } from '../live/polling.js';
import { useNow } from '../live/use-now.js';

/** Says that what is shown is old, and when it is tried again. Empty while the connection stands. */
export function ConnectionBanner({ polling }: { readonly polling: Polling }) {
  const [{ lost, retryAt }, setConnection] = useState(polling.connection);
  useEffect(() => {
    setConnection(polling.connection);
    return polling.onConnection(setConnection);
  }, [polling]);

  return (
    <div role="alert" class="banner-place">
      {lost && (
        <div class="banner error">
          <span>
            <strong>Connection lost.</strong> What is shown may be out of date.
          </span>
          <Countdown until={retryAt} />
          <button type="button" onClick={() => polling.refresh()}>
            Retry now
          </button>
        </div>
      )}
    </div>
  );
}

/** Not read out: every second would be said aloud. */
function Countdown({ until = 0 }: { readonly until: number | undefined }) {
  const seconds = (until - useNow()) / 1_000;
  return (
    <span aria-hidden="true">{seconds > 0 ? `Next try in ${formatDuration(seconds)}` : 'Trying …'}</span>
  );
}
