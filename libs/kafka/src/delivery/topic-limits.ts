/** What Kafka allows a batch by default: max.message.bytes of a topic that sets nothing. */
const DEFAULT_MAX_MESSAGE_BYTES = 1_048_588;

/** How many bytes one record batch of a topic may have, as read from the broker or learnt from refusals. */
export class TopicLimits {
  private readonly limits = new Map<string, number>();
  private anyRefused = false;

  set(topic: string, maxMessageBytes: number): void {
    this.limits.set(topic, maxMessageBytes);
  }

  get(topic: string): number {
    return this.limits.get(topic) ?? DEFAULT_MAX_MESSAGE_BYTES;
  }

  /** A refusal does not name its topic: from the first on, requests hold one topic only. */
  get oneTopicPerRequest(): boolean {
    return this.anyRefused;
  }

  /** A request with so many bytes and records by topic was refused as too large. */
  refused(sizes: ReadonlyMap<string, { bytes: number; records: number }>): void {
    this.anyRefused = true;
    if (sizes.size > 1) return;
    for (const [topic, { bytes, records }] of sizes) {
      const believed = records === 1 ? bytes - 1 : Math.ceil(bytes / 2);
      this.limits.set(topic, Math.min(this.get(topic), believed));
    }
  }
}
