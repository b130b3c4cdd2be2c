import { useConsole } from '../../live/console-context.js';
import { may } from '../../session.js';
import { PauseForm } from './pause-form.js';
import { PauseList } from './pause-list.js';

/** What is paused, and the way to pause and to go on. */
export function PausesPage() {
  const { me, status } = useConsole();
  return (
    <>
      <h1>Pause</h1>
      {status && <PauseList pauses={status.pauses ?? []} />}
      {may(me, 'operator') ? <PauseForm /> : <p class="muted">Pausing takes the role operator.</p>}
    </>
  );
}
