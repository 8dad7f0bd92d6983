import { describe, expect, it } from '@jest/globals';
import { Metrics } from './metrics.ts';
import { type MeasuredStatement, measureStatements } from './sql-metrics.ts';

const statement: MeasuredStatement = { database: 'shard_0', role: 'replica', durationMs: 2 };

describe('the metrics of statements', () => {
  it('tell databases, roles and failures apart, and pass every statement on', async () => {
    const metrics = new Metrics((error) => {
      throw error;
    });
    const told: MeasuredStatement[] = [];
    const observe = measureStatements(metrics, (passed: MeasuredStatement) => told.push(passed));
    const failed = { ...statement, role: 'primary', error: 'it timed out' } as const;
    for (const each of [statement, statement, failed]) observe(each);
    expect(told).toEqual([statement, statement, failed]);
    const text = await metrics.text();
    expect(text).toContain('_seconds_count{database="shard_0",role="replica"} 2\n');
    expect(text).toContain('_seconds_bucket{database="shard_0",role="replica",le="0.0025"} 2\n');
    expect(text).toContain('tributary_sql_errors_total{database="shard_0",role="primary"} 1\n');
    expect(text).toContain('tributary_sql_errors_total{database="shard_0",role="replica"} 0\n');
  });

  it('are nothing in the way where nothing is measured', () => {
    const next = () => undefined;
    expect(measureStatements(undefined, next)).toBe(next);
  });
});
