import type { Kafka, LogEntry } from 'kafkajs';

export type { Kafka };
import { errorCode } from './error-code.js';
import { fastEncoder } from './codec/install-codec.js';
import { kafkajs } from './kafkajs.js';
import { accessFailure, describeAccessFailure } from './security/access-failure.js';
import { securityOptions, type KafkaSecurity } from './security/security.js';
import type { OnSecurityNotice } from './security/tls-files.js';

export interface KafkaConnection {
  /** host:port of the seed brokers. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** Milliseconds until a request to a broker counts as failed. */
  readonly socketTimeoutMs: number;
  /** In plain text and as nobody, when left out. */
  readonly security?: KafkaSecurity;
  /** Told when certificates were read anew, or could not be. */
  readonly onSecurityNotice?: OnSecurityNotice;
  /** Encode requests in one pass (true); holds for every connection of the process. */
  readonly fastEncoder?: boolean;
  /** Takes kafkajs' own log lines; they are about its inner workings and belong at debug level. */
  readonly onDriverLog?: (line: DriverLogLine) => void;
}

interface DriverLogLine {
  readonly label: string;
  readonly namespace: string;
  readonly message: string;
}

const MAX_CONNECT_MS = 3_000;

/** Retries inside one call; whoever calls tries again for as long as it makes sense. */
const CALL_RETRY = { initialRetryTime: 100, multiplier: 2, maxRetryTime: 1_000, retries: 5 };

export function createKafka(connection: KafkaConnection): Kafka {
  const { brokers, clientId, socketTimeoutMs, security = {}, onSecurityNotice, onDriverLog } = connection;
  fastEncoder.enabled = connection.fastEncoder ?? true;
  return new kafkajs.Kafka({
    brokers: [...brokers],
    clientId,
    requestTimeout: socketTimeoutMs,
    connectionTimeout: Math.min(socketTimeoutMs, MAX_CONNECT_MS),
    ...securityOptions(security, socketTimeoutMs, onSecurityNotice),
    retry: CALL_RETRY,
    logLevel: onDriverLog ? kafkajs.logLevel.INFO : kafkajs.logLevel.NOTHING,
    logCreator:
      () =>
      ({ label, namespace, log }: LogEntry) =>
        onDriverLog?.({ label, namespace, message: log.message }),
  });
}

/** What may be said of a driver error in a log line: what access it lacks, or class and code; never its text. */
export function describeError(error: unknown): string {
  const refused = accessFailure(error);
  if (refused) return describeAccessFailure(refused);
  const name = error instanceof Object && 'name' in error ? String(error.name) : typeof error;
  const code = errorCode(error);
  return code === undefined ? name : `${name} (${code})`;
}

const MEMBERSHIP_ERRORS = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'NOT_COORDINATOR_FOR_GROUP',
]);

/** The group no longer counts this consumer in as it was; kafkajs rejoins when it is given this error. */
export const isMembershipError = (error: unknown): boolean =>
  error instanceof Object && 'type' in error && MEMBERSHIP_ERRORS.has(String(error.type));

const UNABLE_ERRORS = new Set([
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'NOT_ENOUGH_REPLICAS',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
  'CONCURRENT_TRANSACTIONS',
  'UNSTABLE_OFFSET_COMMIT',
  'KAFKA_STORAGE_ERROR',
]);

/** The brokers answer, but only that they cannot do it for now: they lack a leader, replicas or a coordinator. */
export const isUnable = (error: unknown): boolean => UNABLE_ERRORS.has(errorCode(error) ?? '');

const FENCED_ERRORS = new Set(['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED']);

/** Another producer has taken over the transactional id: the partition has gone to somebody else. */
export const isFenced = (error: unknown): boolean => FENCED_ERRORS.has(errorCode(error) ?? '');
