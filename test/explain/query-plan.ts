import { z } from 'zod';

/** The part of a node of `EXPLAIN (ANALYZE, FORMAT JSON)` that the tests look at. */
export interface PlanNode {
  'Node Type': string;
  /** A partition goes by its own name. */
  'Relation Name'?: string | undefined;
  'Index Cond'?: string | undefined;
  /** How often the node ran. */
  'Actual Loops': number;
  /** What it gave, and what it looked at in vain: on average, each time it ran. */
  'Actual Rows': number;
  'Rows Removed by Filter'?: number | undefined;
  Plans?: PlanNode[] | undefined;
}

const planNodeSchema: z.ZodType<PlanNode> = z.object({
  'Node Type': z.string(),
  'Relation Name': z.string().optional(),
  'Index Cond': z.string().optional(),
  'Actual Loops': z.number(),
  'Actual Rows': z.number(),
  'Rows Removed by Filter': z.number().optional(),
  get Plans() {
    return z.array(planNodeSchema).optional();
  },
});

const explainedSchema = z.tuple([z.object({ 'QUERY PLAN': z.tuple([z.object({ Plan: planNodeSchema })]) })]);

/**
 * Reads the rows that `EXPLAIN (ANALYZE, FORMAT JSON)` gave.
 * @throws ZodError for anything else
 */
export function parsePlan(rows: unknown): PlanNode {
  const [{ 'QUERY PLAN': explained }] = explainedSchema.parse(rows);
  return explained[0].Plan;
}

/** A node that reads a table. */
export interface TableScan {
  table: string;
  nodeType: string;
  /** False for what the plan provides for and never came to. */
  isExecuted: boolean;
  /** Whether nothing ends it before the table does: neither a condition on an index nor a LIMIT in the order of the index. */
  isUnbounded: boolean;
  /** How many rows it looked at each time it ran. */
  rowsRead: number;
}

/** Every scan of a table in a plan. */
export function tableScansOf(node: PlanNode, isBelowLimit = false): TableScan[] {
  const { 'Node Type': nodeType, 'Relation Name': table, Plans: children = [] } = node;
  const ofChildren = children.flatMap((child) => tableScansOf(child, isBelowLimit || nodeType === 'Limit'));
  if (table === undefined || !nodeType.endsWith('Scan')) return ofChildren;
  const isWalkThroughIndex = nodeType.startsWith('Index') && node['Index Cond'] === undefined;
  const scan = {
    table,
    nodeType,
    isExecuted: node['Actual Loops'] > 0,
    isUnbounded: nodeType === 'Seq Scan' || (isWalkThroughIndex && !isBelowLimit),
    rowsRead: node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0),
  };
  return [scan, ...ofChildren];
}
