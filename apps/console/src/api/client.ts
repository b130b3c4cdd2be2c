import { ConnectionLost, Problem, problemOf } from './problem.js';

/** For one answer; an operator should not stare at a page that waits. */
const ANSWER_LIMIT_MS = 10_000;
/** A command that is given up takes effect all the same: longer than the service itself waits for Kafka. */
const COMMAND_LIMIT_MS = 60_000;

/** Where the token comes from, and who is told that it is not taken any more. */
export interface Credentials {
  readonly token: string | null;
  refused(problem: Problem): void;
}

/** Sends requests to the service that served the console. */
export class ApiClient {
  constructor(
    private readonly credentials: Credentials,
    private readonly send: typeof fetch = (...request) => fetch(...request),
  ) {}

  /**
   * @throws Problem when the API refuses, ConnectionLost when nobody answers
   */
  get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return this.json<T>('GET', path, undefined, signal);
  }

  /** As `get`. */
  post<T>(path: string, body: object = {}, signal?: AbortSignal): Promise<T> {
    return this.json<T>('POST', path, body, signal);
  }

  /** A file, which may take as long as it likes. As `get`. */
  async download(path: string, signal?: AbortSignal): Promise<Blob> {
    const response = await this.request('GET', path, undefined, signal);
    return response.blob();
  }

  private async json<T>(method: string, path: string, body?: object, signal?: AbortSignal): Promise<T> {
    const limit = AbortSignal.timeout(method === 'GET' ? ANSWER_LIMIT_MS : COMMAND_LIMIT_MS);
    const response = await this.request(
      method,
      path,
      body,
      signal ? AbortSignal.any([signal, limit]) : limit,
    );
    // What is no JSON did not come from the API.
    return (await response.json().catch(lost)) as T;
  }

  private async request(
    method: string,
    path: string,
    body?: object,
    signal?: AbortSignal,
  ): Promise<Response> {
    const { token } = this.credentials;
    const response = await this.send(`/admin${path}`, {
      method,
      headers: {
        accept: 'application/json',
        ...(body && { 'content-type': 'application/json' }),
        ...(token !== null && { authorization: `Bearer ${token}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
    }).catch(lost);
    if (response.ok) return response;
    const problem = await problemOf(response);
    if (problem instanceof Problem && problem.status === 401) this.credentials.refused(problem);
    throw problem;
  }
}

function lost(): never {
  throw new ConnectionLost('The service does not answer');
}
