/** What fails on this side before a broker is asked. What each means stands in access-failure.ts. */
export type SecurityErrorCode =
  | 'FILE_UNREADABLE'
  | 'TLS_FILES_UNUSABLE'
  | 'CLIENT_CERTIFICATE_EXPIRED'
  | 'TOKEN_ENDPOINT_UNREACHABLE'
  | 'TOKEN_ENDPOINT_REFUSED'
  | 'TOKEN_UNUSABLE'
  | 'AWS_CREDENTIALS_MISSING'
  | 'AWS_CREDENTIALS_TIMEOUT'
  | 'SASL_REFUSED';

/**
 * Trying again at once does not help, so kafkajs is told not to. Its text is its code: what it came from may hold
 * what must not be logged. That is no `cause`: kafkajs keeps of an error that it gives up only the cause of it.
 */
export class SecurityError extends Error {
  override readonly name = 'SecurityError';
  /** Read by kafkajs. */
  readonly retriable = false;

  constructor(
    readonly code: SecurityErrorCode,
    readonly origin?: unknown,
  ) {
    super(code);
  }
}
