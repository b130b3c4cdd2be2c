import { ID, TIME, TOPIC } from './operation-forms.js';

/** The fields of a command as they came, before anything of them is checked. */
type Given = Readonly<Record<string, unknown>>;

const COUNT = /^\d{1,16}$/;

const isText = (value: unknown) => typeof value === 'string';
const isTopic = (value: unknown) => typeof value === 'string' && TOPIC.test(value);
const isId = (value: unknown) => typeof value === 'string' && ID.test(value);
const isTime = (value: unknown) => typeof value === 'string' && TIME.test(value);
const isCount = (value: unknown) => Number.isSafeInteger(value) || COUNT.test(String(value));

/** What a filter may name; a key or a text to search for is never among it. */
const FILTER = {
  ...{ reason: isText, rule: isText, field: isText, topic: isTopic },
  ...{ from: isTime, to: isTime, partition: isCount, offset: isCount },
  replayed: (value: unknown) => typeof value === 'boolean' || value === 'true' || value === 'false',
};

/**
 * What is written down of the choice of dead letters, also where it is refused: whatever else stands in such a
 * command may be of a person.
 */
export function auditedChoice({ body }: { readonly body: Given }): object {
  const { selection, filter, target, rate } = body;
  const selected = Array.isArray(selection) ? { selected: selection.length } : {};
  const fields = typeof filter === 'object' && filter !== null ? only(filter as Given, FILTER) : {};
  return { ...fields, ...selected, ...only({ target, rate }, { target: isTopic, rate: isCount }) };
}

export const auditedCutoff = ({ body }: { readonly body: Given }): object =>
  only(body, { before: isTime, count: isCount });

export const auditedId = ({ params }: { readonly params: Given }): object => only(params, { id: isId });

function only(given: Given, forms: Readonly<Record<string, (value: unknown) => boolean>>): object {
  return Object.fromEntries(
    Object.entries(forms)
      .filter(([name, isOfForm]) => Object.hasOwn(given, name) && isOfForm(given[name]))
      .map(([name]) => [name, given[name]]),
  );
}
