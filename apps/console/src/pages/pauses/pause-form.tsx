import { useState } from 'preact/hooks';
import { ProblemNotice } from '../../components/problem-notice.js';
import { useConsole } from '../../live/console-context.js';
import { useCommand } from '../../live/use-command.js';
import { pauseCommandOf, type PauseFields } from './pause-command.js';

const ENDS: readonly [value: string, label: string][] = [
  ['5m', 'after 5 minutes'],
  ['15m', 'after 15 minutes'],
  ['1h', 'after an hour'],
  ['4h', 'after 4 hours'],
  ['', 'when somebody resumes'],
  ['other', 'after another time'],
];

export function PauseForm() {
  const { api, say } = useConsole();
  const { busy, error, run } = useCommand();
  const [end, setEnd] = useState('15m');
  const [wrong, setWrong] = useState<string>();

  const submit = async (form: HTMLFormElement) => {
    const fields = Object.fromEntries(new FormData(form)) as unknown as PauseFields;
    const command = pauseCommandOf(fields);
    setWrong(typeof command === 'string' ? command : undefined);
    if (typeof command === 'string') return;
    if (!(await run(() => api.post('/pause', command)))) return;
    form.reset();
    setEnd('15m');
    say('Paused.');
  };

  return (
    <form
      class="card form"
      aria-label="Pause"
      onSubmit={(event) => {
        event.preventDefault();
        void submit(event.currentTarget);
      }}
    >
      <h2>Pause</h2>
      <p class="muted">Instances stay in the group and lose nothing; lag grows until it goes on.</p>
      <label>
        Reason
        <input name="reason" maxLength={200} required autocomplete="off" />
      </label>
      <fieldset>
        <legend>What</legend>
        <label class="choice">
          <input type="radio" name="scope" value="group" defaultChecked /> Every instance of the group
        </label>
        <label class="choice">
          <input type="radio" name="scope" value="instance" /> This instance only
        </label>
      </fieldset>
      <label>
        Partitions <span class="muted">all, or such as 0, 2-4</span>
        <input name="partitions" inputMode="text" autocomplete="off" placeholder="all" />
      </label>
      <label>
        Ends
        <select name="end" value={end} onChange={(event) => setEnd(event.currentTarget.value)}>
          {ENDS.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      {end === 'other' && (
        <label>
          Time until it ends <span class="muted">such as 45m, 1h30m, PT2H</span>
          <input name="for" required autocomplete="off" />
        </label>
      )}
      {wrong !== undefined && (
        <p role="alert" class="notice error">
          {wrong}
        </p>
      )}
      <ProblemNotice error={error} />
      <button type="submit" class="danger" disabled={busy}>
        Pause
      </button>
    </form>
  );
}
