import { createFailureLog } from '../logging/failure-log.ts';
import type { Logger } from '../logging/logger.ts';
import { SignatureRefusal, type SignatureRefusalCode } from './signature-refusal.ts';

/** How many requests were refused since the start, by code. */
export type RefusalCounts = Readonly<Record<SignatureRefusalCode, number>>;

/** Counts what is refused, and logs each code once in ten seconds, with the number of its repetitions. */
export function countRefusals(logger: Logger): { counts: RefusalCounts; add(refusal: unknown): void } {
  const logRefusal = createFailureLog({ logger, component: 'gateway signature' });
  const counts = {
    GATEWAY_SIGNATURE_REQUIRED: 0,
    GATEWAY_SIGNATURE_INVALID: 0,
    GATEWAY_SIGNATURE_EXPIRED: 0,
    GATEWAY_SIGNATURE_REPLAYED: 0,
  };
  return {
    counts,
    add(refusal) {
      if (!(refusal instanceof SignatureRefusal)) return;
      counts[refusal.code] += 1;
      logRefusal(refusal);
    },
  };
}
