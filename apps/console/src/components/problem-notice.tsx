import { Problem, type ConnectionLost } from '../api/problem.js';

/** What was refused and why, every problem by itself. The place stays, so that what appears in it is read out. */
export function ProblemNotice({ error }: { readonly error: Problem | ConnectionLost | undefined }) {
  return (
    <div role="alert">
      {error && (
        <div class="notice error">
          <p>{error.message}</p>
          {error instanceof Problem && error.errors.length > 0 && (
            <ul>
              {error.errors.map((text) => (
                <li key={text}>{text}</li>
              ))}
            </ul>
          )}
        </div>
      )}
    </div>
  );
}
