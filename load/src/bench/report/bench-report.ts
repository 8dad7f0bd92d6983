import type { Contender } from '../contenders/contender.ts';
import type { Absence } from '../contenders/line-up.ts';
import type { DistinctOperations } from '../measure/distinct-operations.ts';
import type { Measurement } from '../measure/measurement.ts';
import type { BenchQuery } from '../queries.ts';

/** All that a run has found out. */
export interface BenchReport {
  readonly contenders: readonly Contender[];
  readonly absences: readonly Absence[];
  readonly queries: readonly BenchQuery[];
  readonly measurements: readonly Measurement[];
  readonly distinctOperations: readonly DistinctOperations[];
  /** Lines that say where and how it was measured. */
  readonly circumstances: readonly string[];
}

/** The measurement of a contender on a query, if there is one. */
export function measurementOf(report: BenchReport, contender: Contender, query: BenchQuery): Measurement | undefined {
  return report.measurements.find(({ contenderId, queryId }) => contenderId === contender.id && queryId === query.id);
}

/** The name of a contender with what sets it apart from its like. */
export function labelOf({ name, isSharing }: Contender): string {
  return isSharing ? `${name}, sharing` : name;
}
