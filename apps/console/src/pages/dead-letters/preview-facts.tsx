import type { Preview } from '../../api/operations.js';
import { formatCount, formatTime } from '../../format.js';

const SHOWN = 5;

/** What the dry run has found. */
export function PreviewFacts({
  preview: { count, target, sample = [], refused = [] },
}: {
  readonly preview: Preview;
}) {
  return (
    <>
      <p role="status">
        <strong>Dry run: {formatCount(count)} dead letters</strong>
        {target !== undefined && <> to {target ?? 'the topic that each came from'}</>}. Nothing has been done
        yet.
      </p>
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
          <h3>Not among them</h3>
          <ul>
            {refused.map((what) => {
              const text = typeof what === 'string' ? what : `${what.reason}: ${what.count ?? 1}`;
              return <li key={text}>{text}</li>;
            })}
          </ul>
        </div>
      )}
    </>
  );
}
