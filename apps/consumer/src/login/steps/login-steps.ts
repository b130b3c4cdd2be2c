import type { ConsumerConfig } from '../../config.js';
import { EnrichmentStep } from './enrichment.step.js';
import type { LoginStep } from './login-step.js';

/** The steps that each valid event goes through, one after the other. Yours go here. */
export function loginSteps(config: ConsumerConfig): readonly LoginStep[] {
  const steps: LoginStep[] = [];
  if (config.enrichmentUrl) {
    steps.push(
      new EnrichmentStep({
        url: config.enrichmentUrl,
        timeoutMs: config.enrichmentTimeout,
        maxBytes: config.enrichmentMaxBytes,
      }),
    );
  }
  return steps;
}
