/** Header with the monotonic clock of the machine in nanoseconds, the same for all its processes. */
export const MADE_AT = 'bench-made-at';
