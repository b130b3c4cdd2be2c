import type { Preview } from '../../api/operations.js';
import { formatCount, formatTime } from '../../format.js';

const SHOWN = 5;

interface Props {
  readonly kind: 'replay' | 'park';
  readonly preview: Preview;
}

/** What the dry run has found. */
export function PreviewFacts({ kind, preview }: Props) {
  const { count, parked, target, sample, refused } = preview;
  return (
    <>
      <p role="status">
        <strong>Dry run: {formatCount(count)} dead letters</strong> to {target}. Nothing has been done yet.
      </p>
      {kind === 'replay' && parked > 0 && (
        <p class="notice warning">
          {formatCount(parked)} of them have been replayed too often and are parked.
        </p>
      )}
      {sample.length > 0 && (
        <div>
          <h3>Such as</h3>
          <ul>
            {sample.slice(0, SHOWN).map(({ partition, offset, reason, failedAt }) => (
              <li key={`${partition}/${offset}`}>
                {partition}/{offset}: {reason}, {formatTime(failedAt)}
              </li>
            ))}
          </ul>
        </div>
      )}
      {refused.length > 0 && (
        <div class="notice warning">
          <h3>Not done</h3>
          <ul>
            {refused.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}
