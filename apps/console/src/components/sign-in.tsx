import { useState } from 'preact/hooks';
import type { Problem } from '../api/problem.js';
import { looksLikeToken } from '../session.js';

interface Props {
  /** Why a token is asked for. */
  readonly refusal: Problem;
  readonly onToken: (token: string) => void;
}

export function SignIn({ refusal, onToken }: Props) {
  const [wrong, setWrong] = useState(false);
  const submit = (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget).get('token');
    const token = typeof given === 'string' ? given.trim() : '';
    if (looksLikeToken(token)) onToken(token);
    else setWrong(true);
  };

  return (
    <main class="lonely">
      <h1>Login event pipeline</h1>
      <form class="card" onSubmit={submit}>
        <p role="alert" class="notice error">
          {wrong ? 'A token consists of letters, digits and signs, without spaces.' : refusal.message}
        </p>
        <label>
          Token
          <input name="token" type="password" autocomplete="off" spellcheck={false} required autofocus />
        </label>
        <p class="muted">It is kept in this tab alone, until the tab is closed.</p>
        <button type="submit" class="primary">
          Sign in
        </button>
      </form>
    </main>
  );
}
