import { createFailureLog } from '@tributary/runtime/logging/failure-log';
import type { Logger } from '@tributary/runtime/logging/logger';
import type { PublishedSchema } from './published-schema.ts';
import type { SupergraphSource } from './supergraph-source.ts';

export interface FollowOptions {
  /** The version that is served already. */
  readonly served: string | undefined;
  /** Serves a version in place of the one before; when it throws, that stays. */
  readonly serve: (schema: Pick<PublishedSchema, 'version' | 'sdl' | 'smokeOperations'>) => Promise<void>;
  readonly logger: Logger;
  /** How often the source is asked. Default 1,000. */
  readonly pollMs?: number;
  /** When a version that could not be served is tried again: its subgraphs may be on their way. Default 30,000. */
  readonly retryMs?: number;
}

export interface SupergraphFollower {
  /** Asks no more, and waits for a change that is under way. */
  stop(): Promise<void>;
}

/** A version that could not be served. */
interface Refusal {
  readonly version: string;
  readonly retryAtMs: number;
}

/**
 * Serves what a source has, within about a second of its publication. A version that cannot be served leaves the one before in
 * place, and so does a source that cannot be read or has lost what was published.
 */
export function followSupergraph(
  source: SupergraphSource,
  { served: first, serve, logger, pollMs = 1_000, retryMs = 30_000 }: FollowOptions,
): SupergraphFollower {
  const report = createFailureLog({ logger, component: 'published supergraph' });
  let served = first;
  let refusal: Refusal | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  async function follow(): Promise<void> {
    if (refusal && performance.now() >= refusal.retryAtMs) refusal = undefined;
    const reading = await source.read(refusal?.version ?? served);
    if (reading.kind === 'nothing' && served !== undefined) {
      throw new Error('what was published is gone; the supergraph that is served stays');
    }
    if (reading.kind !== 'published') return;
    const { version } = reading.schema;
    // Somebody went back to what is served after another version was refused.
    if (version === served) {
      refusal = undefined;
      return;
    }
    try {
      await serve(reading.schema);
      logger.info({ version, before: served }, 'another supergraph is served');
      served = version;
      refusal = undefined;
    } catch (error) {
      // It may have been given up for that.
      if (isStopped) return;
      refusal = { version, retryAtMs: performance.now() + retryMs };
      logger.error({ err: error, version, served, retryMs }, 'a supergraph cannot be served; the one before stays');
    }
  }

  async function poll(): Promise<void> {
    await follow().catch(report);
    if (!isStopped) timer = setTimeout(next, pollMs).unref();
  }

  let underWay: Promise<void> = Promise.resolve();
  function next(): void {
    underWay = poll();
  }
  timer = setTimeout(next, pollMs).unref();

  return {
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await underWay;
    },
  };
}
