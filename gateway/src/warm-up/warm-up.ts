import type { Logger } from '@tributary/runtime/logging/logger';
import { type DocumentNode, type GraphQLSchema, parse, validate } from 'graphql';
import type { CompiledSupergraph } from '../planning/compiled-supergraph.ts';
import type { Rest } from '../supergraph/update-pace.ts';
import { type HotOperation, type HotOperationSource, viewerLike } from './hot-operation.ts';

export interface WarmUpOptions {
  /** The first one's operations are planned first. */
  readonly sources: readonly HotOperationSource[];
  /** How many operations are planned at most. */
  readonly operations: number;
  /** After so long the others are left to those who ask for them. */
  readonly limitMs: number;
  readonly logger: Logger;
}

type WarmedSupergraph = Pick<CompiledSupergraph, 'apiSchema' | 'prepare'>;

/** Makes the plans that a supergraph will be asked for. Rejects when resting does. */
export type WarmUp = (supergraph: WarmedSupergraph, rest: Rest) => Promise<void>;

/** As many as there are threads to plan in. */
const AT_ONCE = 2;
/** So often the log is told how far it is. */
const PROGRESS_LINES = 4;

/**
 * Plans the hottest operations, so that a new process or supergraph is as fast at its first request as later. Operations that do
 * not fit the supergraph any more are left out; whatever goes wrong, it only costs their first requests the time.
 */
export function createWarmUp({ sources, operations: most, limitMs, logger }: WarmUpOptions): WarmUp {
  async function hottestOf(source: HotOperationSource): Promise<readonly HotOperation[]> {
    return source.hottest(most).catch((error: unknown) => {
      logger.warn({ err: error }, 'it is not known which operations are hot');
      return [];
    });
  }

  return async (supergraph, rest) => {
    const operations = (await Promise.all(sources.map(hottestOf))).flat().slice(0, most);
    if (operations.length === 0) return;
    const startedAtMs = performance.now();
    const outcome = { operations: operations.length, planned: 0, dropped: 0 };
    const progress = () => ({ ...outcome, durationMs: Math.round(performance.now() - startedAtMs) });
    const logEvery = Math.ceil(operations.length / PROGRESS_LINES);
    let isOver = false;
    const queue = operations.values();

    async function work(): Promise<void> {
      for (const operation of queue) {
        if (isOver) return;
        const isPlanned = await prepare(supergraph, operation, rest);
        if (isOver) return;
        outcome[isPlanned ? 'planned' : 'dropped'] += 1;
        const done = outcome.planned + outcome.dropped;
        if (done % logEvery === 0 && done < operations.length) logger.info(progress(), 'planning hot operations');
      }
    }

    const limit = Promise.withResolvers<void>();
    const timer = setTimeout(limit.resolve, limitMs);
    await Promise.race([Promise.all(Array.from({ length: AT_ONCE }, work)), limit.promise]).finally(() => {
      isOver = true;
      clearTimeout(timer);
    });
    logger.info(progress(), 'hot operations are planned');
  };
}

async function prepare(supergraph: WarmedSupergraph, { text, viewer }: HotOperation, rest: Rest): Promise<boolean> {
  await rest();
  const document = validated(text, supergraph.apiSchema);
  if (!document) return false;
  await rest();
  return supergraph.prepare(document, viewerLike(viewer)).then(
    () => true,
    () => false,
  );
}

function validated(text: string, schema: GraphQLSchema): DocumentNode | undefined {
  try {
    const document = parse(text, { noLocation: true });
    return validate(schema, document, undefined, { maxErrors: 1 }).length === 0 ? document : undefined;
  } catch {
    return undefined;
  }
}
