import type { LetterDetail } from '../../api/letters.js';
import { Table } from '../../components/table.js';

/** Key, value and headers, as they are: written anew, a number could lose its digits. */
export function LetterContent({ letter }: { readonly letter: LetterDetail }) {
  const { key, keyEncoding, value, valueEncoding, headers, masked } = letter;
  return (
    <>
      <section class="card stack" aria-label="Content">
        {masked && <p class="notice warning">Personal data is masked for your role.</p>}
        <Bytes name="Key" text={key} encoding={keyEncoding} />
        <Bytes name="Value" text={value} encoding={valueEncoding} />
      </section>
      <Table caption="Headers" columns={['Name', 'Value']}>
        {headers.map(({ name, text, encoding }, index) => (
          <tr key={`${index} ${name}`}>
            <td class="mono">{name}</td>
            <td class="wide mono">
              {text ?? <em>none</em>} {encoding === 'base64' && <span class="badge">base64</span>}
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}

interface BytesProps {
  readonly name: string;
  readonly text: string | null;
  readonly encoding: LetterDetail['valueEncoding'];
}

function Bytes({ name, text, encoding }: BytesProps) {
  return (
    <div>
      <h2>
        {name} {encoding === 'base64' && text !== null && <span class="badge">base64: not UTF-8</span>}
      </h2>
      {text === null ? <p class="muted">none</p> : <pre>{text}</pre>}
    </div>
  );
}
