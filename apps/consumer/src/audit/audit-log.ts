import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { type Kafka } from '@pipeline/kafka';
import { AuditTrail, Metrics } from '@pipeline/ops';
import { AuditReader, type ShownEntry } from './audit-reader.js';
import { AuditWriter } from './audit-writer.js';

export interface AuditLogOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly secret: string | undefined;
  readonly socketTimeoutMs: number;
}

export const AUDIT_LOG_OPTIONS = Symbol('AUDIT_LOG_OPTIONS');

/** Keeps the audit in a topic of the group, besides the log. */
@Injectable()
export class AuditLog implements OnModuleInit, OnApplicationShutdown {
  private readonly writer: AuditWriter;
  private readonly reader: AuditReader;

  constructor(
    @Inject(AUDIT_LOG_OPTIONS) options: AuditLogOptions,
    private readonly trail: AuditTrail,
    metrics: Metrics,
  ) {
    const { kafka, topic, secret, socketTimeoutMs } = options;
    const counter = metrics.counter('pipeline_audit_records_total');
    this.writer = new AuditWriter(kafka, {
      ...{ topic, secret, socketTimeoutMs },
      onOutcome: (result, count) => counter.inc({ result }, count),
    });
    this.reader = new AuditReader(kafka, {
      ...{ topic, secret },
      onIgnored: (count) => counter.inc({ result: 'ignored' }, count),
    });
  }

  onModuleInit(): void {
    this.trail.onEntry((entry) => this.writer.add(entry));
  }

  /** Newest first, those before `cursor`. @throws AuditUnavailableError */
  page(limit: number, cursor: bigint | undefined): Promise<readonly ShownEntry[]> {
    return this.reader.page(limit, cursor);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.writer.stop(), this.reader.stop()]);
  }
}
