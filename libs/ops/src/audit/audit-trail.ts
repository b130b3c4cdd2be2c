import { Injectable, Logger } from '@nestjs/common';
import type { AuditEntry } from './audit-entry.js';

/**
 * Where commands and denied attempts are told. Each is a log line; an app may keep them elsewhere as well.
 *
 * @publicApi
 */
@Injectable()
export class AuditTrail {
  private readonly logger = new Logger('Audit');
  private readonly listeners = new Set<(entry: AuditEntry) => void>();

  record(entry: AuditEntry): void {
    const { action, outcome, actor, role, from, parameters, status } = entry;
    const details = { actor, role, from, parameters, status };
    const line = `${action}: ${outcome}`;
    if (outcome === 'done') this.logger.log(line, details);
    else this.logger.warn(line, details);
    for (const listener of this.listeners) listener(entry);
  }

  onEntry(listener: (entry: AuditEntry) => void): void {
    this.listeners.add(listener);
  }
}
