import { AUDIT_OUTCOMES, isAuditEntry, type AuditEntry } from '@pipeline/ops';
import { isSigned, parseJson, signatureOf } from '../signed-json.js';

const AUDIT_VERSION = 1;
const LONGEST_BYTES = 16_384;

/** An entry as the topic has it. */
export interface AuditRecord {
  readonly entry: AuditEntry;
  /** Signed with the secret of this group: an instance of it has written this. */
  readonly verified: boolean;
}

/** Without its parameters where it would be longer than what is read: an entry is not to vanish for them. */
export function encodeAudit(entry: AuditEntry, secret: string | undefined): Buffer {
  const signature = secret === undefined ? undefined : signatureOf(secret, signedText(entry));
  const bytes = Buffer.from(JSON.stringify({ v: AUDIT_VERSION, entry, signature }));
  return bytes.length <= LONGEST_BYTES ? bytes : encodeAudit({ ...entry, parameters: {} }, secret);
}

/** What is no entry, of another version, or forged is undefined; never throws, whatever the bytes are. */
export function decodeAudit(value: Buffer | null, secret: string | undefined): AuditRecord | undefined {
  if (!value || value.length > LONGEST_BYTES) return undefined;
  const parsed = parseJson(value);
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const { v, entry, signature } = parsed as Record<string, unknown>;
  if (v !== AUDIT_VERSION || !isAuditEntry(entry)) return undefined;
  if (signature === undefined || secret === undefined) return { entry, verified: false };
  return typeof signature === 'string' && isSigned(secret, signedText(entry), signature)
    ? { entry, verified: true }
    : undefined;
}

function signedText(entry: AuditEntry): string {
  const { at, actor, role, from, action, parameters, outcome, status } = entry;
  const fields = [
    AUDIT_VERSION,
    at,
    actor,
    role,
    from,
    action,
    parameters,
    AUDIT_OUTCOMES.indexOf(outcome),
    status,
  ];
  return `audit ${JSON.stringify(fields)}`;
}
