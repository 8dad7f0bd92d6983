import { AsyncLocalStorage } from 'node:async_hooks';
import { type Databases, openDatabases } from '@tributary/prisma/clients/databases';
import type { ObservedStatement } from '@tributary/prisma/sql/observed-statement';
import type { DatabasesConfig } from '@tributary/prisma/topology/topology';
import { Client } from 'pg';
import { type PlanNode, parsePlan } from './query-plan.ts';

/** A statement as it was sent, and how its database runs it. */
export interface ExplainedStatement {
  text: string;
  database: string;
  /** What the planner takes for the cheapest. */
  plan: PlanNode;
  /** What it makes of the statement when reading a table as a whole is its last resort. */
  planByIndex: PlanNode;
}

/** Databases that explain the statements they are sent. */
export interface ExplainedDatabases {
  readonly databases: Databases;
  /**
   * Runs `call` and explains each statement that it sends, with the values it was sent with, to the primary and as the
   * application. It is run again for that, in a transaction that is rolled back: only a plan that ran tells which partitions it
   * never came to, and how many rows it looked at in vain.
   */
  explain(call: () => PromiseLike<unknown>): Promise<ExplainedStatement[]>;
  close(): Promise<void>;
}

const EXPLAINABLE = /^\s*(SELECT|WITH|INSERT|UPDATE|DELETE)\b/i;
// A hash join and a merge join read one side as a whole even where the other has few rows and an index would find theirs.
const LAST_RESORTS =
  'SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off';

/** Opens databases as a service does; the caller closes them. */
export async function openExplainedDatabases(config: DatabasesConfig): Promise<ExplainedDatabases> {
  const statementsOfCall = new AsyncLocalStorage<ObservedStatement[]>();
  const databases = await openDatabases({
    service: 'explain',
    readConfig: async () => config,
    poolSize: 2,
    fleetProcesses: 1,
    statementTimeoutMs: 10_000,
    connectionTimeoutMs: 5_000,
    onStatement: (statement) => statementsOfCall.getStore()?.push(statement),
  });
  return {
    databases,
    async explain(call) {
      const statements: ObservedStatement[] = [];
      await statementsOfCall.run(statements, async () => call());
      const explained: ExplainedStatement[] = [];
      for (const statement of statements.filter(({ text }) => EXPLAINABLE.test(text))) {
        explained.push(await explainStatement(databases.primaryUrlOf(statement.database), statement));
      }
      return explained;
    },
    close: () => databases.close(),
  };
}

async function explainStatement(
  primaryUrl: string,
  { text, values, database }: ObservedStatement,
): Promise<ExplainedStatement> {
  const client = new Client({ connectionString: primaryUrl });
  await client.connect();
  const explainWith = async (settings: string) => {
    await client.query(`BEGIN; ${settings}`);
    const { rows } = await client.query(`EXPLAIN (ANALYZE, TIMING off, FORMAT JSON) ${text}`, [...values]);
    await client.query('ROLLBACK');
    return parsePlan(rows);
  };
  try {
    return { text, database, plan: await explainWith(''), planByIndex: await explainWith(LAST_RESORTS) };
  } finally {
    await client.end();
  }
}
