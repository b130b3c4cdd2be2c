import { parsePartitions } from '../../format.js';

/** What the form holds. */
export interface PauseFields {
  readonly reason: string;
  readonly scope: 'group' | 'instance';
  readonly partitions: string;
  /** A duration, empty for none, or `other` for the one in `for`. */
  readonly end: string;
  readonly for?: string;
}

export interface PauseCommand {
  readonly reason: string;
  readonly scope: 'group' | 'instance';
  readonly for?: string;
  readonly partitions?: readonly number[];
}

/** The command, or what is wrong with the fields that the API could not tell. */
export function pauseCommandOf(fields: PauseFields): PauseCommand | string {
  const partitions = parsePartitions(fields.partitions);
  if (!partitions) return 'Partitions are numbers and ranges with commas between them, such as 0, 2-4.';
  const duration = (fields.end === 'other' ? (fields.for ?? '') : fields.end).trim();
  return {
    reason: fields.reason.trim(),
    scope: fields.scope,
    ...(duration !== '' && { for: duration }),
    ...(partitions.length > 0 && { partitions }),
  };
}
