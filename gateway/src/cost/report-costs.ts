import { randomUUID } from 'node:crypto';
import { createGuard } from '@tributary/runtime/cache/guard';
import { createFailureLog } from '@tributary/runtime/logging/failure-log';
import type { Logger } from '@tributary/runtime/logging/logger';
import type { CostReports } from './cost-reports.ts';
import type { OperationCosts } from './operation-costs.ts';

const INTERVAL_MS = 5_000;
const BUDGET_MS = 150;
/** Of a process. */
const MOST_OPERATIONS = 100;

/** Says every few seconds what the costliest operations of this process have cost. Whoever calls it stops it. */
export function reportCosts(costs: OperationCosts, reports: CostReports, logger: Logger): { stop(): Promise<void> } {
  const processId = randomUUID();
  const guard = createGuard({ budgetMs: BUDGET_MS });
  const logFailure = createFailureLog({ logger, component: 'report of costs' });
  let reported = 0;

  async function report(): Promise<void> {
    const records = costs.costliest(MOST_OPERATIONS);
    const executions = records.reduce((sum, record) => sum + record.executions, 0);
    if (executions === reported) return;
    reported = executions;
    await guard(() => reports.write(processId, records)).catch(logFailure);
  }

  const timer = setInterval(() => void report(), INTERVAL_MS).unref();
  return {
    async stop() {
      clearInterval(timer);
      await report();
    },
  };
}
