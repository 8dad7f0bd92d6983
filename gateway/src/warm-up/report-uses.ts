import { createFailureLog } from '@tributary/runtime/logging/failure-log';
import type { Logger } from '@tributary/runtime/logging/logger';
import type { HotOperations } from './hot-operations.ts';
import type { OperationCounter } from './operation-uses.ts';

const INTERVAL_MS = 5_000;
const MOST_OPERATIONS = 500;

/**
 * Tells all gateways every few seconds what was counted in this one. What cannot be told is dropped: it only says what is hot.
 * @returns `stop` tells what was counted last
 */
export function reportUses(
  counter: OperationCounter,
  { hot, logger, intervalMs = INTERVAL_MS }: { hot: HotOperations; logger: Logger; intervalMs?: number },
): { stop(): Promise<void> } {
  const report = createFailureLog({ logger, component: 'hot operations' });
  const tell = () => hot.add(counter.takeMostUsed(MOST_OPERATIONS)).catch(report);
  const timer = setInterval(tell, intervalMs).unref();
  return {
    async stop() {
      clearInterval(timer);
      await tell();
    },
  };
}
