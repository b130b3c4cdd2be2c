import type { ComponentChildren } from 'preact';

interface Props {
  /** What it is a table of; read out, and shown above it. */
  readonly caption: string;
  /** What begins with `#` is a column of numbers. */
  readonly columns: readonly string[];
  readonly children: ComponentChildren;
}

/** A table that scrolls sideways on a phone, also by keyboard. */
export function Table({ caption, columns, children }: Props) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" class={column.startsWith('#') ? 'number' : ''}>
                {column.replace('#', '')}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
