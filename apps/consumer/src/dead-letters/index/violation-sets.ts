import type { Interned } from './interned.js';

export interface BrokenRule {
  readonly field: string;
  readonly rule: string;
}

/** Of a hostile letter; ours have one for each rule at most. */
const MOST_RULES = 50;
const LONGEST_NAME = 200;

/** What `dlq.violations` says, read once for each text that came. */
export class ViolationSets {
  private readonly sets: (readonly BrokenRule[])[] = [];

  constructor(private readonly texts: Interned) {}

  get(id: number): readonly BrokenRule[] {
    return (this.sets[id] ??= brokenRules(this.texts.text(id)));
  }

  /** 1 at the numbers of those texts that have such a violation. */
  matching(test: (one: BrokenRule) => boolean): Uint8Array {
    return Uint8Array.from({ length: this.texts.size }, (_, id) => (this.get(id).some(test) ? 1 : 0));
  }
}

/** None for a text that is not of our making. */
export function brokenRules(text: string): readonly BrokenRule[] {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed.slice(0, MOST_RULES).filter(isBrokenRule).map(named) : [];
  } catch {
    return [];
  }
}

const named = ({ field, rule }: BrokenRule): BrokenRule => ({ field, rule });

const isBrokenRule = (one: unknown): one is BrokenRule =>
  one instanceof Object && 'field' in one && 'rule' in one && isName(one.field) && isName(one.rule);

const isName = (text: unknown): boolean => typeof text === 'string' && text.length <= LONGEST_NAME;
