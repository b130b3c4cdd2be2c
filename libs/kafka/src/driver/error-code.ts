interface DriverError {
  readonly type?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
  /** Of an aggregate, such as one error for each topic that was not created. */
  readonly errors?: readonly unknown[];
}

/** The protocol's name of an error (`MESSAGE_TOO_LARGE`, …) or Node's code, looked up along its causes. */
export function errorCode(error: unknown): string | undefined {
  for (let current = error; current instanceof Object;) {
    const { type, code, cause, errors }: DriverError = current;
    if (typeof type === 'string') return type;
    if (typeof code === 'string') return code;
    current = cause ?? errors?.[0];
  }
  return undefined;
}
