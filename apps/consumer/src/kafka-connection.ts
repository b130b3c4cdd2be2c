/** Injects the connection to Kafka. */
export const KAFKA = Symbol('KAFKA');
