import { withTimeLimit } from '../abort.js';

export const DISCONNECT_LIMIT_MS = 2_000;

interface Connectable {
  connect(): Promise<unknown>;
  disconnect(): Promise<unknown>;
}

/** The client once it has connected; what it has opened until it failed is closed. @throws the driver's error */
export async function connected<T extends Connectable>(client: T): Promise<T> {
  try {
    await client.connect();
    return client;
  } catch (error) {
    await withTimeLimit(client.disconnect(), DISCONNECT_LIMIT_MS);
    throw error;
  }
}
