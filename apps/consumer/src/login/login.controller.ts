import { Controller, UseFilters, UseInterceptors } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import {
  DeadLetterInterceptor,
  KAFKA_BATCH,
  KeepErrorFilter,
  MetricsInterceptor,
  RetryInterceptor,
  type InputRecord,
  type Outcome,
} from '@pipeline/kafka';
import { LoginProcessor } from './login-processor.js';

/** The name that main wiring maps to INPUT_TOPIC, OUTPUT_TOPIC and DLQ_TOPIC. */
export const LOGIN = 'login';

@Controller()
@UseFilters(KeepErrorFilter)
@UseInterceptors(MetricsInterceptor, DeadLetterInterceptor, RetryInterceptor)
export class LoginController {
  constructor(private readonly processor: LoginProcessor) {}

  @EventPattern(LOGIN, KAFKA_BATCH)
  onLogins(@Payload() records: readonly InputRecord[]): readonly Outcome[] {
    const processedAt = new Date().toISOString();
    return records.map((record) => this.processor.process(record, processedAt));
  }
}
