import { z } from 'zod';

/** The part of a node of `EXPLAIN (FORMAT JSON)` that the tests look at. */
export interface PlanNode {
  'Node Type': string;
  /** A partition goes by its own name. */
  'Relation Name'?: string | undefined;
  'Index Cond'?: string | undefined;
  /** With ANALYZE: how often the node ran. */
  'Actual Loops'?: number | undefined;
  Plans?: PlanNode[] | undefined;
}

const planNodeSchema: z.ZodType<PlanNode> = z.object({
  'Node Type': z.string(),
  'Relation Name': z.string().optional(),
  'Index Cond': z.string().optional(),
  'Actual Loops': z.number().optional(),
  get Plans() {
    return z.array(planNodeSchema).optional();
  },
});

const explainedSchema = z.tuple([z.object({ 'QUERY PLAN': z.tuple([z.object({ Plan: planNodeSchema })]) })]);

/**
 * Reads the rows that `EXPLAIN (FORMAT JSON)` gave.
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
  /** False when ANALYZE saw that it never ran. */
  isExecuted: boolean;
  /**
   * Whether the rows it reads grow with the table: a sequential scan, and a walk through all of an index unless it is in the
   * order of a LIMIT, which ends it.
   */
  readsWholeTable: boolean;
}

/** Every scan of a table in a plan. */
export function tableScansOf(node: PlanNode, isBelowLimit = false): TableScan[] {
  const { 'Node Type': nodeType, 'Relation Name': table, 'Index Cond': condition, Plans: children = [] } = node;
  const ofChildren = children.flatMap((child) => tableScansOf(child, isBelowLimit || nodeType === 'Limit'));
  if (table === undefined || !nodeType.endsWith('Scan')) return ofChildren;
  const isUnboundedWalk = nodeType.startsWith('Index') && condition === undefined && !isBelowLimit;
  const scan = {
    table,
    nodeType,
    isExecuted: node['Actual Loops'] !== 0,
    readsWholeTable: nodeType === 'Seq Scan' || isUnboundedWalk,
  };
  return [scan, ...ofChildren];
}
