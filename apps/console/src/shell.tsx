import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ApiClient } from './api/client.js';
import type { Me, Status } from './api/types.js';
import { ConnectionBanner } from './components/connection-banner.js';
import { Header } from './components/header.js';
import { ConsoleContext } from './live/console-context.js';
import type { Polling } from './live/polling.js';
import { useLiveFrom } from './live/use-live.js';
import { AuditPage } from './pages/audit/audit-page.js';
import { DeadLettersPage } from './pages/dead-letters/dead-letters-page.js';
import { OperationsPage } from './pages/operations/operations-page.js';
import { OverviewPage } from './pages/overview/overview-page.js';
import { PausesPage } from './pages/pauses/pauses-page.js';
import { useRoute, type Page, type Route } from './route.js';
import { TITLES } from './titles.js';

const STATUS_INTERVAL_MS = 2_000;
const MESSAGE_MS = 8_000;

interface Props {
  readonly api: ApiClient;
  readonly polling: Polling;
  readonly me: Me;
  readonly onSignOut: () => void;
}

/** What stands around every page. */
export function Shell({ api, polling, me, onSignOut }: Props) {
  const route = useRoute();
  const { data: status } = useLiveFrom<Status>(api, polling, '/status', STATUS_INTERVAL_MS);
  const [message, say] = useMessage();
  const shared = useMemo(() => ({ api, polling, me, status, say }), [api, polling, me, status, say]);
  const main = useFocusOnArrival(route.page);

  return (
    <ConsoleContext.Provider value={shared}>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <Header me={me} page={route.page} onSignOut={onSignOut} />
      <ConnectionBanner polling={polling} />
      <main ref={main} tabIndex={-1} aria-label={TITLES[route.page]}>
        <PageOf route={route} />
      </main>
      <div class="toast" role="status" aria-live="polite" data-empty={message === ''}>
        {message}
      </div>
    </ConsoleContext.Provider>
  );
}

function PageOf({ route }: { readonly route: Route }) {
  switch (route.page) {
    case 'overview':
      return <OverviewPage />;
    case 'pauses':
      return <PausesPage />;
    case 'dead-letters':
      return <DeadLettersPage route={route} />;
    case 'operations':
      return <OperationsPage />;
    case 'audit':
      return <AuditPage />;
  }
}

/** Who goes to another page by keyboard or is read to goes on from its beginning; the title says where they are. */
function useFocusOnArrival(page: Page) {
  const main = useRef<HTMLElement>(null);
  const shown = useRef(page);
  useEffect(() => {
    document.title = `${TITLES[page]} · Login event pipeline`;
    if (shown.current !== page) {
      main.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    shown.current = page;
  }, [page]);
  return main;
}

function useMessage(): [message: string, say: (message: string) => void] {
  const [message, say] = useState('');
  useEffect(() => {
    if (message === '') return;
    const timer = setTimeout(() => say(''), MESSAGE_MS);
    return () => clearTimeout(timer);
  }, [message]);
  return [message, say];
}
