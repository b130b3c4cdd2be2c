/** The API refused a request (RFC 9457). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    detail: string,
    /** Every problem by itself, where there are several. */
    readonly errors: readonly string[] = [],
    /** How long the API wants to be left alone. */
    readonly retryAfterMs?: number,
  ) {
    super(detail);
    this.name = 'Problem';
  }
}

/** Nobody answered, or not in time, or what stands before the service did. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** From whatever answer was not a success; a gateway's is not in our form. */
export async function problemOf(response: Response): Promise<Problem | ConnectionLost> {
  const body: unknown = await response.json().catch(() => undefined);
  const { detail, title, errors } = isRecord(body) ? body : {};
  if (response.status >= 500 && typeof detail !== 'string') {
    return new ConnectionLost(`The service answers ${response.status}`);
  }
  const seconds = Number(response.headers.get('retry-after') ?? NaN);
  return new Problem(
    response.status,
    [detail, title].find((text) => typeof text === 'string') ?? `The service answers ${response.status}`,
    Array.isArray(errors) ? errors.filter((text) => typeof text === 'string') : [],
    Number.isFinite(seconds) ? seconds * 1_000 : undefined,
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
