import { Controller, UseFilters, UseInterceptors } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import {
  BatchContext,
  DeadLetterInterceptor,
  failed,
  handleEachRecord,
  KAFKA_BATCH,
  KeepErrorFilter,
  MetricsInterceptor,
  RetryInterceptor,
  type InputRecord,
  type Outcome,
} from '@pipeline/kafka';
import { LoginProcessor } from './login-processor.js';
import { StepRunner } from './steps/step-runner.js';

/** The name that main wiring maps to INPUT_TOPIC, OUTPUT_TOPIC and DLQ_TOPIC. */
export const LOGIN = 'login';

@Controller()
@UseFilters(KeepErrorFilter)
@UseInterceptors(MetricsInterceptor, DeadLetterInterceptor, RetryInterceptor)
export class LoginController {
  constructor(
    private readonly processor: LoginProcessor,
    private readonly steps: StepRunner,
  ) {}

  // Without it the compiler takes the overload that knows no context.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-arguments
  @EventPattern<string>(LOGIN, KAFKA_BATCH)
  onLogins(
    @Payload() records: readonly InputRecord[],
    @Ctx() context: BatchContext,
  ): readonly Outcome[] | Promise<readonly Outcome[]> {
    return this.steps.isEmpty ? this.process(records) : this.processWithSteps(records, context);
  }

  /** Nothing to wait for: the whole batch at once. */
  private process(records: readonly InputRecord[]): readonly Outcome[] {
    const processedAt = new Date().toISOString();
    return records.map((record) => {
      try {
        return this.processor.process(record, processedAt);
      } catch (thrown) {
        return failed(thrown);
      }
    });
  }

  private processWithSteps(
    records: readonly InputRecord[],
    context: BatchContext,
  ): Promise<readonly Outcome[]> {
    return handleEachRecord(records, context, (record) =>
      this.processor.processWith(record, (event) => this.steps.run(event, context.signal)),
    );
  }
}
