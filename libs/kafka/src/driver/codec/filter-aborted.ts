/** What the filter needs of a decoded record, control records included. */
interface TransactionalRecord {
  readonly offset: string;
  readonly key: Buffer | null;
  readonly isControlRecord: boolean;
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
}

interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: string;
}

interface Fetched<R> {
  /** In the order of their offsets. */
  readonly messages: readonly R[];
  /** As the broker lists them: in no certain order. */
  readonly abortedTransactions?: readonly AbortedTransaction[] | null;
}

/** Control record types: https://kafka.apache.org/documentation/#controlbatch */
const ABORT = 0;

/**
 * The records without those of aborted transactions; control records stay. The stock filter takes the list
 * for sorted, begins at most one aborted transaction per record, and takes any key of four zero bytes for a
 * marker, so that aborted records get through and good ones may get lost.
 */
export function filterAborted<R extends TransactionalRecord>({
  messages,
  abortedTransactions,
}: Fetched<R>): readonly R[] {
  if (!abortedTransactions || abortedTransactions.length === 0) return messages;
  const begun = abortedTransactions
    .map(({ producerId, firstOffset }) => ({ producerId, firstOffset: BigInt(firstOffset) }))
    .sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  const aborting = new Set<string>();
  let next = 0;
  return messages.filter((message) => {
    const offset = BigInt(message.offset);
    for (let one = begun[next]; one && one.firstOffset <= offset; one = begun[++next]) {
      aborting.add(one.producerId);
    }
    const { producerId, inTransaction } = message.batchContext;
    if (message.isControlRecord) {
      if (controlType(message.key) === ABORT) aborting.delete(producerId);
      return true;
    }
    return !(inTransaction && aborting.has(producerId));
  });
}

/** The key of a control record: version and type, two bytes each. */
const controlType = (key: Buffer | null): number | undefined =>
  key && key.length >= 4 ? key.readInt16BE(2) : undefined;
