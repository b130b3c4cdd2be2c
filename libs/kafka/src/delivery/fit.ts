import type { DeadLetterReason } from '@pipeline/contracts';
import {
  carriedHeaders,
  firstOfRetry,
  smallerHeaders,
  type Origin,
} from '../dead-letter/dead-letter-headers.js';
import { givenUp, outputTooLarge } from '../dead-letter/to-dead-letters.js';
import { sizeOfContent } from '../driver/codec/record-encoder.js';
import type { DeadLettered, Deferred, Deliverable, Outcome, Processed } from '../outcome.js';
import type { InputRecord, OutgoingRecord } from '../record.js';
import type { TopicLimits } from './topic-limits.js';

/** Where outputs and dead letters go. */
export interface Targets {
  readonly output: string;
  readonly deadLetter: string;
}

/** What is written for one input record. */
export interface Written extends OutgoingRecord {
  /** Undefined for what is no dead letter. */
  readonly deadLetter: DeadLetterReason | undefined;
  /** It goes to a retry topic. */
  readonly deferred: boolean;
}

/** A record fits its topic in none of its forms; its partition waits for an operator. */
export class UndeliverableError extends Error {
  override readonly name = 'UndeliverableError';

  constructor(
    readonly offset: string,
    readonly target: string,
  ) {
    super(`the record at offset ${offset} does not fit ${target}`);
  }
}

/** What a handler rejects or fails at can be written only once the interceptor has made a dead letter of it. */
export class MissingDeadLetterInterceptorError extends Error {
  override readonly name = 'MissingDeadLetterInterceptorError';

  constructor(topic: string, { kind }: Outcome) {
    super(
      `the handler of ${topic} returned the outcome '${kind}': add @UseInterceptors(DeadLetterInterceptor)`,
    );
  }
}

/**
 * The record to write for an outcome, in the largest form that its topic takes: an output that is too large
 * becomes a dead letter, as does what a retry topic does not take, and a dead letter gives up headers, never its
 * value.
 * @throws UndeliverableError when no form fits; MissingDeadLetterInterceptorError
 */
export function fit(
  input: InputRecord,
  outcome: Deliverable,
  targets: Targets,
  origin: Origin,
  limits: TopicLimits,
): Written {
  switch (outcome.kind) {
    case 'processed':
      return fitProcessed(input, outcome, targets, origin, limits);
    case 'dead-lettered':
      return fitDeadLetter(input, outcome, targets, origin, limits);
    case 'deferred':
      return fitDeferred(input, outcome, targets, origin, limits);
    default:
      throw new MissingDeadLetterInterceptorError(origin.topic, outcome satisfies never);
  }
}

function fitProcessed(
  input: InputRecord,
  { value, attempts = 1 }: Processed,
  targets: Targets,
  origin: Origin,
  limits: TopicLimits,
): Written {
  const { key } = input;
  const headers = carriedHeaders(input);
  const record: Written = {
    topic: targets.output,
    key,
    value,
    headers,
    contentSize: sizeOfContent(key, value, headers),
    partitionBy: 'key',
    sourcePartition: sourceOf(input, origin),
    partition: undefined,
    deadLetter: undefined,
    deferred: false,
  };
  if (limits.fits(record)) return record;
  return fitDeadLetter(input, outputTooLarge(input, attempts, origin, new Date()), targets, origin, limits);
}

function fitDeadLetter(
  input: InputRecord,
  { reason, headers }: DeadLettered,
  targets: Targets,
  origin: Origin,
  limits: TopicLimits,
): Written {
  const { key, value } = input;
  for (const form of smallerHeaders(input, headers)) {
    const record: Written = {
      topic: targets.deadLetter,
      key,
      value,
      headers: form,
      contentSize: sizeOfContent(key, value, form),
      partitionBy: 'source',
      sourcePartition: sourceOf(input, origin),
      partition: undefined,
      deadLetter: reason,
      deferred: false,
    };
    if (limits.fits(record)) return record;
  }
  throw new UndeliverableError(input.offset, targets.deadLetter);
}

function fitDeferred(
  input: InputRecord,
  { topic, headers, failure }: Deferred,
  targets: Targets,
  origin: Origin,
  limits: TopicLimits,
): Written {
  const { key, value } = input;
  for (const form of [headers, headers.slice(0, -1)]) {
    const record: Written = {
      topic,
      key,
      value,
      headers: form,
      contentSize: sizeOfContent(key, value, form),
      partitionBy: 'source',
      sourcePartition: sourceOf(input, origin),
      partition: undefined,
      deadLetter: undefined,
      deferred: true,
    };
    if (limits.fits(record)) return record;
  }
  return fitDeadLetter(input, givenUp(input, failure, origin, new Date()), targets, origin, limits);
}

/** The number of the partition that the record came from at first, in this life. */
const sourceOf = (input: InputRecord, origin: Origin): number =>
  origin.isRetry ? firstOfRetry(input, origin).partition : origin.partition;
