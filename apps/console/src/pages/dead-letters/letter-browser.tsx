import { useState } from 'preact/hooks';
import type { Letter, LetterPage } from '../../api/letters.js';
import { Pager } from '../../components/pager.js';
import { ProblemNotice } from '../../components/problem-notice.js';
import { useConsole } from '../../live/console-context.js';
import { usePages, type Pages } from '../../live/use-pages.js';
import { may } from '../../session.js';
import { filterQuery, type Filter } from './filter.js';
import { FilterForm } from './filter-form.js';
import { GroupTable } from './group-table.js';
import { IndexNotice } from './index-notice.js';
import { LetterActions } from './letter-actions.js';
import { LetterTable } from './letter-table.js';
import { SearchForm } from './search-form.js';
import { useSearch } from './use-search.js';
import { useSelection } from './use-selection.js';

const LIST_INTERVAL_MS = 3_000;

/** Dead letters by cause; a filter or a search; a list to choose from; and what can be done with them. */
export function LetterBrowser({ filter }: { readonly filter: Filter }) {
  const { me } = useConsole();
  const query = filterQuery(filter, { limit: '50' });
  const listed = usePages<LetterPage>(`/dead-letters${query}`, LIST_INTERVAL_MS);
  const search = useSearch(filter);
  const shown: Pages<LetterPage> = search.pages ?? listed;
  const selection = useSelection(filterQuery(filter));
  const [isSearching, setSearching] = useState(false);

  return (
    <>
      <h1>Dead letters</h1>
      {listed.data && <IndexNotice index={listed.data.index} />}
      <GroupTable filter={filter} />
      <FilterForm filter={filter} />
      {may(me, 'operator') && (
        <SearchForm
          open={isSearching}
          onToggle={setSearching}
          busy={search.busy}
          isActive={search.pages !== undefined}
          onSearch={search.start}
          onEnd={search.end}
        />
      )}
      <ProblemNotice error={shown.problem ?? shown.error ?? search.error} />
      <LetterActions filter={filter} isSearch={search.pages !== undefined} selection={selection} />
      {shown.data && <Found letters={shown.data.items} selection={selection} />}
      <Pager {...shown} />
    </>
  );
}

interface FoundProps {
  readonly letters: readonly Letter[];
  readonly selection: ReturnType<typeof useSelection>;
}

function Found({ letters, selection }: FoundProps) {
  if (letters.length === 0) return <p role="status">No dead letter matches.</p>;
  return <LetterTable letters={letters} selection={selection} />;
}
