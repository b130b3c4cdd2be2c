import type { Operation } from '../../api/operations.js';
import { formatCount } from '../../format.js';

/** How far it is: a bar, and the same in words. */
export function OperationProgress({ operation }: { readonly operation: Operation }) {
  const { kind, state, total, done, parked, refused, problem } = operation;
  const more = [
    ...(parked > 0 && kind !== 'park' ? [`${formatCount(parked)} parked`] : []),
    ...(refused > 0 ? [`${formatCount(refused)} left out`] : []),
  ];
  return (
    <div>
      <progress max={Math.max(1, total)} value={Math.min(done, total)} aria-label={`Progress of ${kind}`} />
      <p role="status">
        <strong class={`operation-${state}`}>{state}</strong>: {formatCount(done)} of {formatCount(total)}
        {more.length > 0 && `, ${more.join(', ')}`}
      </p>
      {problem && <p class="notice error">It failed: {problem}.</p>}
    </div>
  );
}
