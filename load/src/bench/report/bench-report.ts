import type { Contender } from '../contenders/contender.ts';
import type { Absence } from '../contenders/line-up.ts';
import type { DistinctOperations } from '../measure/distinct-operations.ts';
import type { Measurement } from '../measure/measurement.ts';
import type { BenchQuery } from '../queries.ts';
import type { BenchSection } from '../sections.ts';

/** What has been found out about those contenders that gave the right answers. */
export interface MeasuredSection extends BenchSection {
  readonly absences: readonly Absence[];
  readonly measurements: readonly Measurement[];
}

/** All that a run has found out. */
export interface BenchReport {
  readonly sections: readonly MeasuredSection[];
  readonly distinctOperations: readonly DistinctOperations[];
  /** Lines that say where and how it was measured. */
  readonly circumstances: readonly string[];
}

/** The measurement of a contender on a query, if there is one. */
export function measurementOf(
  { measurements }: MeasuredSection,
  contender: Contender,
  query: BenchQuery,
): Measurement | undefined {
  return measurements.find(({ contenderId, queryId }) => contenderId === contender.id && queryId === query.id);
}

/** The name of a contender with what sets it apart from its like. */
export function labelOf({ name, isSharing }: Contender): string {
  return isSharing ? `${name}, sharing` : name;
}
