/** What the API answers, as far as the console shows it. */

export type Role = 'viewer' | 'operator' | 'admin';

export interface Me {
  readonly name: string;
  readonly role: Role;
  readonly environment: string;
  readonly auth: 'token' | 'none';
}

export interface Pause {
  readonly scope: 'group' | 'instance';
  readonly reason: string | null;
  readonly actor: string | null;
  /** Whether the actor is signed for. */
  readonly verified: boolean;
  /** ISO 8601. */
  readonly since: string | null;
  /** ISO 8601; null without an end. */
  readonly until: string | null;
  /** Empty or null: all of them. */
  readonly partitions: readonly number[] | null;
}

export interface Partition {
  readonly topic: string;
  readonly partition: number;
  /** Offset of the next record to take. */
  readonly position: string | null;
  readonly lagMessages: number;
  readonly lagSeconds: number;
  readonly stalledSeconds: number;
  /** Why it takes nothing; empty while it runs. */
  readonly pausedBy: readonly string[];
}

interface Circuit {
  readonly name: string;
  readonly state: 'closed' | 'half-open' | 'open';
  readonly since: string;
}

/** What an older instance of the group does not tell yet is optional: any instance may answer. */
export interface Status {
  readonly pauses?: readonly Pause[];
  readonly circuits: readonly Circuit[];
  readonly flood: boolean;
  readonly transport: {
    readonly member: boolean;
    readonly brokerAnswers: boolean;
    readonly refused: readonly string[];
    readonly pausedBy: readonly string[];
    readonly partitions: readonly Partition[];
  };
  readonly instance?: {
    readonly host: string;
    readonly version: string;
    readonly startedAt: string;
    readonly environment: string;
  };
  /** Per second, over the last minute. */
  readonly throughput?: { readonly processed: number; readonly deadLettered: number };
  readonly rebalances?: number;
  readonly control?: { readonly readable: boolean; readonly since: string | null };
}

export interface Sample {
  /** ISO 8601. */
  readonly at: string;
  readonly eventsPerSecond: number;
  readonly deadLettersPerSecond: number;
  readonly lagMessages: number;
  readonly lagSeconds: number;
}

export interface Instance {
  readonly host: string;
  readonly version: string;
  readonly partitions: readonly { readonly topic: string; readonly partition: number }[];
}

export interface AuditEntry {
  readonly at: string;
  readonly actor: string | null;
  readonly role: Role | null;
  readonly action: string;
  /** The address that the request came from. */
  readonly from: string;
  readonly outcome: string;
  /** Whether it is proven that an instance of this group wrote it. */
  readonly verified: boolean;
  readonly parameters: Readonly<Record<string, unknown>>;
}
