import type { Letter } from '../../api/letters.js';
import { Table } from '../../components/table.js';
import { formatTime } from '../../format.js';
import { useConsole } from '../../live/console-context.js';
import { hrefOf } from '../../route.js';
import { may } from '../../session.js';
import type { Selection } from './use-selection.js';

interface Props {
  readonly letters: readonly Letter[];
  readonly selection: Selection;
}

const COLUMNS = ['Failed', 'Reason', 'Broken rules', 'Letter', 'Origin', 'State'];

/** Newest first, to choose from and to look into. */
export function LetterTable({ letters, selection }: Props) {
  const { me } = useConsole();
  const isChooser = may(me, 'operator');
  const all = letters.every(selection.has);
  return (
    <>
      {isChooser && (
        <label class="choice">
          <input
            type="checkbox"
            checked={all}
            onChange={(event) => selection.set(letters, event.currentTarget.checked)}
          />
          Select all that are shown
        </label>
      )}
      <Table caption="Dead letters, newest first" columns={isChooser ? ['Select', ...COLUMNS] : COLUMNS}>
        {letters.map((letter) => (
          <Row key={nameOf(letter)} letter={letter} selection={isChooser ? selection : undefined} />
        ))}
      </Table>
    </>
  );
}

interface RowProps {
  readonly letter: Letter;
  /** Undefined for who may not do anything with it. */
  readonly selection: Selection | undefined;
}

function Row({ letter, selection }: RowProps) {
  const { partition, offset, failedAt, reason, rules, origin } = letter;
  return (
    <tr>
      {selection && (
        <td>
          <input
            type="checkbox"
            aria-label={`Select ${nameOf(letter)}`}
            checked={selection.has(letter)}
            onChange={(event) => selection.set([letter], event.currentTarget.checked)}
          />
        </td>
      )}
      <td>{formatTime(failedAt)}</td>
      <td>{reason || 'unknown'}</td>
      <td>{rules.map(({ field, rule }) => `${field}: ${rule}`).join(', ') || '–'}</td>
      <td>
        <a href={hrefOf('dead-letters', [partition, offset])} aria-label={`Letter ${nameOf(letter)}`}>
          {nameOf(letter)}
        </a>
      </td>
      <td>{origin ? `${origin.topic} ${origin.partition}/${origin.offset}` : '–'}</td>
      <td>{fateOf(letter)}</td>
    </tr>
  );
}

const nameOf = ({ partition, offset }: Letter): string => `${partition}/${offset}`;

/** What became of it since, and before. */
export function fateOf({ parked, replayed, replayCount }: Letter): string {
  const since = parked ? 'parked' : replayed ? 'replayed' : 'dead';
  return replayCount > 0 ? `${since} (${replayCount}× replayed before)` : since;
}
