import { AsyncLocalStorage } from 'node:async_hooks';
import type { ClientSignal } from '../http/http-message.ts';

/** One SQL statement that a request ran. The text has placeholders; values are never kept. */
export interface StatementRecord {
  readonly text: string;
  readonly database: string;
  readonly role: 'primary' | 'replica';
  readonly node: string;
  readonly rows: number;
  readonly durationMs: number;
}

/** One call of a loader's `load`: `keys` distinct keys of one group (a database). */
export interface LoaderBatchRecord {
  readonly loader: string;
  readonly group: string;
  readonly keys: number;
}

/** What one request did so far, in order of completion. It feeds the explain extension, and tests count with it. */
export interface RequestWork {
  readonly requestId: string;
  readonly statements: StatementRecord[];
  readonly loaderBatches: LoaderBatchRecord[];
  /** Aborted when nobody waits for what the request does; absent where that is not known. */
  readonly signal?: ClientSignal | undefined;
}

// One of the two AsyncLocalStorages of the project (the other is the database session): statements and batches happen far
// below the resolvers, and a request's account must not have to be passed through every signature.
const storage = new AsyncLocalStorage<RequestWork>();

/**
 * Runs `run` with a new account, which everything it starts writes to.
 * @param signal of whoever waits for it
 */
export function runWithRequestWork<T>(requestId: string, run: (work: RequestWork) => T, signal?: ClientSignal): T {
  const work: RequestWork = { requestId, statements: [], loaderBatches: [], signal };
  return storage.run(work, run, work);
}

/** The account of the request that is running, or `undefined` outside of one. */
export function currentWork(): RequestWork | undefined {
  return storage.getStore();
}

/** Adds a statement to the running request's account; outside of a request it does nothing. Other fields (values) are dropped. */
export function recordStatement(statement: StatementRecord): void {
  const { text, database, role, node, rows, durationMs } = statement;
  currentWork()?.statements.push({ text, database, role, node, rows, durationMs });
}

/** Adds a loader's batch to the running request's account; outside of a request it does nothing. */
export function recordLoaderBatch(batch: LoaderBatchRecord): void {
  currentWork()?.loaderBatches.push(batch);
}
