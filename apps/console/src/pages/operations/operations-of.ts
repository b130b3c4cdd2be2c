import type { Operation } from '../../api/operations.js';

/** A list, or a page of one. */
export type OperationsAnswer = readonly Operation[] | { readonly items: readonly Operation[] };

/** Newest first. */
export function operationsOf(answer: OperationsAnswer): readonly Operation[] {
  const operations = 'items' in answer ? answer.items : answer;
  return operations.toSorted((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt));
}
