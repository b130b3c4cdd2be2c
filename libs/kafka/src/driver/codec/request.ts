/** An encoded payload. */
export interface Payload {
  readonly buffer: Buffer;
  /** So many bytes in front of it, in the same memory, are free for the header. */
  readonly headroom?: number;
}

interface Request {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly encode: () => Promise<Payload>;
}

interface Numbered {
  readonly correlationId: number;
  readonly clientId: string | null;
  readonly request: Request;
}

/** What a header takes with a client id of usual length. */
export const HEADROOM = 256;
const CLIENT_AT = 14;

/**
 * A request as it goes over the wire, its length first. The stock one copies the payload twice, into zeroed
 * memory; here one with enough headroom is not copied at all.
 */
export async function createRequest({
  correlationId,
  clientId,
  request,
}: Numbered): Promise<{ buffer: Buffer }> {
  const { buffer: payload, headroom = 0 } = await request.encode();
  const client = clientId === null ? null : Buffer.from(clientId);
  const start = CLIENT_AT + (client?.length ?? 0);
  const isInPlace = start <= headroom;
  const buffer = isInPlace
    ? Buffer.from(payload.buffer, payload.byteOffset - start, start + payload.length)
    : Buffer.allocUnsafe(start + payload.length);
  buffer.writeInt32BE(buffer.length - 4, 0);
  buffer.writeInt16BE(request.apiKey, 4);
  buffer.writeInt16BE(request.apiVersion, 6);
  buffer.writeInt32BE(correlationId, 8);
  buffer.writeInt16BE(client?.length ?? -1, 12);
  client?.copy(buffer, CLIENT_AT);
  if (!isInPlace) payload.copy(buffer, start);
  return { buffer };
}
