import type { AggregatedResult, Reporter } from '@jest/reporters';

/** Ends a run with one plain line, `Tests: 12 passed, 0 failed, 1 skipped`, for whoever reads only the last line of a log. */
export default class PlainSummaryReporter implements Pick<Reporter, 'onRunComplete'> {
  onRunComplete(_contexts: unknown, result: AggregatedResult): void {
    const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
    const skipped = result.numPendingTests === 0 ? '' : `, ${result.numPendingTests} skipped`;
    // At exit, because jest prints its own summary after the last reporter.
    process.once('exit', () =>
      process.stderr.write(`Tests: ${result.numPassedTests} passed, ${failed} failed${skipped}\n`),
    );
  }
}
