/** A retry topic: what is written to it is handled again once it has waited. */
export interface RetryTopic {
  readonly topic: string;
  /** Milliseconds from the failure to the next call. */
  readonly delayMs: number;
}

/** The retry topics of an input topic, in the order in which an event goes through them. */
export const retryTopics = (input: string, delaysMs: readonly number[]): readonly RetryTopic[] =>
  delaysMs.map((delayMs, index) => ({ topic: `${input}-retry-${String(index + 1)}`, delayMs }));
