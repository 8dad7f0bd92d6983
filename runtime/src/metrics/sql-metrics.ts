import type { Metrics } from './metrics.ts';
import type { Observations } from './observations.ts';

/** What is measured of a statement that a database was sent. */
export interface MeasuredStatement {
  readonly database: string;
  readonly role: 'primary' | 'replica';
  readonly durationMs: number;
  /** Set when it failed. */
  readonly error?: string;
}

interface StatementCounts {
  readonly labels: { readonly database: string; readonly role: string };
  readonly durations: Observations;
  errors: number;
}

/**
 * Measures statements.
 * @param metrics absent where nothing is measured
 * @param next who else is to be told of every statement
 * @returns whom the databases are to tell
 */
export function measureStatements<Statement extends MeasuredStatement>(
  metrics: Metrics | undefined,
  next: (statement: Statement) => void,
): (statement: Statement) => void {
  if (!metrics) return next;
  const durations = metrics.histogram('tributary_sql_statement_duration_seconds');
  const byRole = { primary: new Map<string, StatementCounts>(), replica: new Map<string, StatementCounts>() };

  function countsOf(database: string, role: MeasuredStatement['role']): StatementCounts {
    const known = byRole[role].get(database);
    if (known) return known;
    const labels = { database, role };
    const counts = { labels, durations: durations.of(labels), errors: 0 };
    byRole[role].set(database, counts);
    return counts;
  }

  metrics.read('tributary_sql_errors_total', () =>
    Object.values(byRole).flatMap((counted) =>
      [...counted.values()].map(({ labels, errors }) => ({ labels, value: errors })),
    ),
  );
  return (statement) => {
    const counts = countsOf(statement.database, statement.role);
    counts.durations.observe(statement.durationMs / 1_000);
    if (statement.error !== undefined) counts.errors += 1;
    next(statement);
  };
}
