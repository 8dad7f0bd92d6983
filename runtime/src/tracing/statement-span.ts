import type { TraceSpan } from './trace-span.ts';

/** A statement that a server was sent, as a span shows it: its text has placeholders, and the values are not here. */
export interface TracedStatement {
  readonly text: string;
  readonly database: string;
  readonly role: 'primary' | 'replica';
  /** `host:port` of the server. */
  readonly node: string;
  readonly rows: number;
  readonly durationMs: number;
  /** Unix time in milliseconds. */
  readonly startedAtMs: number;
  /** Set when it failed, without values: the SQLSTATE, say. */
  readonly error?: string;
}

/** Records a statement that has ended. */
export function recordStatementSpan(parent: TraceSpan, statement: TracedStatement): void {
  const { text, database, role, node, rows, durationMs, startedAtMs, error } = statement;
  const [address, port] = splitNode(node);
  const summary = summaryOf(text);
  const span = parent.child(summary, {
    kind: 'client',
    startedAtMs,
    attributes: {
      'db.system.name': 'postgresql',
      'db.namespace': database,
      'db.query.text': text,
      'db.query.summary': summary,
      'db.response.returned_rows': rows,
      'server.address': address,
      'server.port': port,
      'tributary.db.role': role,
    },
  });
  if (error !== undefined) span.fail(error);
  span.end(startedAtMs + durationMs);
}

const TABLE = /\b(?:from|into|update)\s+(?:only\s+)?(?:"?\w+"?\.)?"?(\w+)"?/i;
const VERB = /[a-z]+/i;

/** What it does, to the first table that it names: `SELECT products`. */
function summaryOf(text: string): string {
  const verb = VERB.exec(text)?.[0].toUpperCase() ?? 'SQL';
  const table = TABLE.exec(text)?.[1];
  return table === undefined ? verb : `${verb} ${table}`;
}

function splitNode(node: string): [address: string, port: number | undefined] {
  const colon = node.lastIndexOf(':');
  return colon === -1 ? [node, undefined] : [node.slice(0, colon), Number(node.slice(colon + 1))];
}
