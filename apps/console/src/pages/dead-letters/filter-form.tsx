import { hrefOf } from '../../route.js';
import { describeFilter, isoOf, localOf, readFilter, type Filter } from './filter.js';

/** Narrows the list. What it holds stands in the address, so that it can be sent to somebody. */
export function FilterForm({ filter }: { readonly filter: Filter }) {
  const isFiltered = Object.keys(filter).length > 0;
  const submit = (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
    event.preventDefault();
    const texts = [...new FormData(event.currentTarget)].map(([name, value]) => {
      const text = typeof value === 'string' ? value : '';
      return [name, name === 'from' || name === 'to' ? isoOf(text) : text];
    });
    location.hash = hrefOf('dead-letters', [], readFilter(new URLSearchParams(texts)));
  };

  return (
    <details class="card" open={isFiltered}>
      <summary>Filter: {describeFilter(filter)}</summary>
      {/* Another filter is another form: what was typed and not applied is gone. */}
      <form key={describeFilter(filter)} class="filters" aria-label="Filter" onSubmit={submit}>
        <Text label="Reason" name="reason" value={filter.reason} />
        <Text label="Rule" name="rule" value={filter.rule} />
        <Text label="Field" name="field" value={filter.field} />
        <Time label="Failed from" name="from" value={filter.from} />
        <Time label="Failed before" name="to" value={filter.to} />
        <Text label="Origin topic" name="topic" value={filter.topic} />
        <Text label="Origin partition" name="partition" value={filter.partition} pattern="\d*" />
        <Text label="Origin offset" name="offset" value={filter.offset} pattern="\d*" />
        <label>
          Replayed
          <select name="replayed" defaultValue={filter.replayed ?? ''}>
            {['', 'false', 'true'].map((value) => (
              <option key={value} value={value} selected={value === (filter.replayed ?? '')}>
                {{ '': 'either', false: 'not yet', true: 'yes' }[value]}
              </option>
            ))}
          </select>
        </label>
        <div class="actions">
          <button type="submit" class="primary">
            Apply
          </button>
          {isFiltered && (
            <a class="button" href={hrefOf('dead-letters')}>
              Clear
            </a>
          )}
        </div>
      </form>
    </details>
  );
}

interface FieldProps {
  readonly label: string;
  readonly name: keyof Filter;
  readonly value: string | undefined;
  readonly pattern?: string;
}

function Text({ label, name, value = '', pattern }: FieldProps) {
  return (
    <label>
      {label}
      <input
        name={name}
        defaultValue={value}
        maxLength={249}
        autocomplete="off"
        {...(pattern !== undefined && { pattern, inputMode: 'numeric' })}
      />
    </label>
  );
}

function Time({ label, name, value }: FieldProps) {
  return (
    <label>
      {label}
      <input name={name} type="datetime-local" step={1} defaultValue={localOf(value)} />
    </label>
  );
}
