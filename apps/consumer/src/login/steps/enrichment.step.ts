import { decodeJsonObject, type LoginEventDto } from '@pipeline/contracts';
import { PassingError, PermanentError } from '@pipeline/kafka';
import { Pool, request } from 'undici';
import { ExactJson, type LoginStep, type StepFields } from './login-step.js';

export interface EnrichmentOptions {
  /** `{ip}` stands for the address. */
  readonly url: string;
  /** Milliseconds for one call, connecting included. */
  readonly timeoutMs: number;
  /** Bytes of an answer. */
  readonly maxBytes: number;
}

/** The place of the IP address in ENRICHMENT_URL. */
export const IP_PLACE = '{ip}';

/** Of the client errors these say that the call came at a bad time, not that it was wrong. */
const PASSING_CLIENT_ERRORS: ReadonlySet<number> = new Set([408, 425, 429]);

const IDLE_CONNECTION_MS = 10_000;

/**
 * Looks up the IP address of an event by HTTP, and adds the JSON object of the answer as `enrichment`. A field of
 * that name in the input is never carried through. The texts of its errors hold neither address nor URL.
 */
export class EnrichmentStep implements LoginStep {
  readonly name = 'enrichment';
  private readonly pool: Pool;

  constructor(private readonly options: EnrichmentOptions) {
    const { url, timeoutMs, maxBytes } = options;
    // Not an Agent, which makes a new pool for each connection that is refused: 20 KB a call in an outage.
    this.pool = new Pool(new URL(url).origin, {
      // One request at a time on a connection; there are as many connections as events in progress.
      pipelining: 1,
      keepAliveTimeout: IDLE_CONNECTION_MS,
      connect: { timeout: timeoutMs },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      maxResponseSize: maxBytes,
    });
  }

  skip({ ip }: LoginEventDto): StepFields | undefined {
    return typeof ip === 'string' ? undefined : { enrichment: undefined };
  }

  async run({ ip }: LoginEventDto, signal: AbortSignal): Promise<StepFields> {
    return { enrichment: await this.lookUp(String(ip), signal) };
  }

  close(): Promise<void> {
    return this.pool.destroy();
  }

  private async lookUp(ip: string, signal: AbortSignal): Promise<ExactJson> {
    const limit = new AbortController();
    const giveUp = () => limit.abort();
    const timer = setTimeout(giveUp, this.options.timeoutMs);
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    try {
      return await this.get(ip, limit.signal);
    } catch (error) {
      if (error instanceof PermanentError || error instanceof PassingError) throw error;
      throw new PassingError(`enrichment: ${limit.signal.aborted ? 'timeout' : codeOf(error)}`);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    }
  }

  private async get(ip: string, signal: AbortSignal): Promise<ExactJson> {
    const { statusCode, body } = await request(
      this.options.url.replaceAll(IP_PLACE, () => encodeURIComponent(ip)),
      { dispatcher: this.pool, signal, headers: { accept: 'application/json' } },
    );
    if (statusCode < 200 || statusCode > 299) {
      // Read, so that the connection can be used again; it is cut where there is too much of it.
      await body.dump({ limit: this.options.maxBytes, signal }).catch(() => undefined);
      throw failureOf(statusCode);
    }
    return decode(Buffer.from(await body.arrayBuffer()));
  }
}

function failureOf(status: number): Error {
  const text = `enrichment: HTTP ${String(status)}`;
  const isPermanent = status >= 400 && status < 500 && !PASSING_CLIENT_ERRORS.has(status);
  return isPermanent ? new PermanentError(text) : new PassingError(text);
}

/** An answer that is no JSON object is the fault of who gives it, not of the event. */
function decode(bytes: Buffer): ExactJson {
  const decoded = decodeJsonObject(bytes);
  const text = decoded.ok ? decoded.document.encode(() => undefined) : undefined;
  if (text === undefined) throw new PassingError('enrichment: the answer is not a JSON object');
  return new ExactJson(text);
}

/** The code of an error of the network or of undici, never its text. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'no answer';
}
