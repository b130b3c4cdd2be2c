interface Request {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly encode: () => Promise<{ readonly buffer: Buffer }>;
}

interface Numbered {
  readonly correlationId: number;
  readonly clientId: string | null;
  readonly request: Request;
}

/** A request as it goes over the wire, its length first. The stock one copies the payload twice, into zeroed memory. */
export async function createRequest({
  correlationId,
  clientId,
  request,
}: Numbered): Promise<{ buffer: Buffer }> {
  const { buffer: payload } = await request.encode();
  const client = clientId === null ? null : Buffer.from(clientId);
  const header = Buffer.allocUnsafe(14);
  header.writeInt32BE(10 + (client?.length ?? 0) + payload.length, 0);
  header.writeInt16BE(request.apiKey, 4);
  header.writeInt16BE(request.apiVersion, 6);
  header.writeInt32BE(correlationId, 8);
  header.writeInt16BE(client?.length ?? -1, 12);
  return { buffer: Buffer.concat(client ? [header, client, payload] : [header, payload]) };
}
