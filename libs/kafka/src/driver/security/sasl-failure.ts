import { SecurityError } from './security-error.js';

/**
 * What an authentication failed of: kafkajs calls it refused also where only the connection broke off, and
 * keeps no cause.
 * @param error what the exchange with the broker threw
 */
export function toSaslFailure(error: unknown): unknown {
  const { retriable, type } = error as { retriable?: unknown; type?: unknown };
  if (error instanceof SecurityError) return error;
  // Told by the broker: what it told is the failure. Anything else that passes is the connection's.
  return typeof type === 'string' || retriable !== true ? new SecurityError('SASL_REFUSED', error) : error;
}
