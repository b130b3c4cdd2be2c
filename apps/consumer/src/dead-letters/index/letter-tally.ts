import type { SurveyedLetters } from '../letter.js';

/** Counts letters by where they came from and how often they were replayed. */
export class LetterTally {
  private readonly counts = new Map<string, SurveyedLetters>();

  add(topic: string | null, replayCount: number): void {
    const name = `${String(replayCount)} ${topic ?? ''}`;
    const count = (this.counts.get(name)?.count ?? 0) + 1;
    this.counts.set(name, { topic, replayCount, count });
  }

  result(): readonly SurveyedLetters[] {
    return [...this.counts.values()];
  }
}
