import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Metrics } from '@pipeline/ops';
import type { LetterCounts } from '../dead-letters/index/letter-index.js';
import { Letters } from '../dead-letters/letters.js';
import type { Counts } from './operation-job.js';

/** A scrape does not wait for the index for longer. */
const LIMIT_MS = 1_000;
const NOTHING: LetterCounts = { byReason: {}, oldestOpenAt: undefined };

/** What the index knows, once it is there, and what is replayed by this instance. */
@Injectable()
export class LetterMetrics implements OnModuleInit {
  private last: LetterCounts = NOTHING;
  private asking: Promise<LetterCounts> | undefined;

  constructor(
    private readonly metrics: Metrics,
    private readonly letters: Letters,
  ) {}

  onModuleInit(): void {
    const letters = this.metrics.gauge('pipeline_dead_letters');
    const oldest = this.metrics.gauge('pipeline_dead_letter_oldest_seconds');
    const collectLetters = async () => {
      const { byReason } = await this.counts();
      letters.reset();
      // Reasons of others are no labels: anybody who may write to the topic could make up any number of them.
      for (const [reason, count] of Object.entries(byReason)) {
        letters.inc({ reason: REASON.test(reason) ? reason : 'OTHER' }, count);
      }
    };
    const collectOldest = async () => {
      const { oldestOpenAt } = await this.counts();
      oldest.set(oldestOpenAt === undefined ? 0 : Math.max(0, (Date.now() - oldestOpenAt) / 1_000));
    };
    // Each waits for its own: one that is set by another's is a scrape late.
    Object.assign(letters, { collect: collectLetters });
    Object.assign(oldest, { collect: collectOldest });
  }

  count({ replayed, parked, refused }: Counts): void {
    const replays = this.metrics.counter('pipeline_replays_total');
    replays.inc({ outcome: 'replayed' }, replayed);
    replays.inc({ outcome: 'parked' }, parked);
    replays.inc({ outcome: 'refused' }, refused);
  }

  /** One question for all that are asked in one scrape. */
  private counts(): Promise<LetterCounts> {
    this.asking ??= this.ask().finally(() => (this.asking = undefined));
    return this.asking;
  }

  private async ask(): Promise<LetterCounts> {
    if (!this.letters.isStarted) return NOTHING;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<LetterCounts>((resolve) => {
      timer = setTimeout(() => resolve(this.last), LIMIT_MS);
    });
    try {
      this.last = await Promise.race([this.letters.ask('counts'), late]);
    } catch {
      // Of no use now: what was known last stays.
    } finally {
      clearTimeout(timer);
    }
    return this.last;
  }
}

/** The reasons that this program writes. */
const REASON =
  /^(?:MALFORMED_JSON|VALIDATION_FAILED|OUTPUT_TOO_LARGE|RETRIES_EXHAUSTED|PROCESSING_FAILED|EVENT_TIMEOUT)$/;
