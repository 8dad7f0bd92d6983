import { createFailureLog } from '@tributary/runtime/logging/failure-log';
import type { Logger } from '@tributary/runtime/logging/logger';
import { OperationList } from './operation-list.ts';
import type { OperationSource } from './operation-source.ts';

/** The published operations, as far as this process has heard. */
export interface FollowedOperations {
  /** The last that was read; empty before anything was. */
  readonly list: OperationList;
  /** Whether anything was read yet. */
  readonly isKnown: boolean;
  stop(): void;
}

const POLL_MS = 1_000;

/**
 * Follows a source: another list is in force within about a second of its publication. While the source cannot be read, or has
 * lost what was published, the last list stays.
 *
 * @returns once the source has been asked, whether it has answered or not
 */
export async function followOperations(
  source: OperationSource,
  { logger, pollMs = POLL_MS }: { logger: Logger; pollMs?: number },
): Promise<FollowedOperations> {
  const report = createFailureLog({ logger, component: 'published operations' });
  let list = new OperationList([]);
  let revision: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  async function read(): Promise<void> {
    const publication = await source.read(revision);
    if (publication.kind === 'nothing' && revision !== undefined) {
      throw new Error('what was published is gone; the last list stays in force');
    }
    if (publication.kind !== 'published') return;
    list = new OperationList(publication.operations);
    ({ revision } = publication);
    logger.info({ operations: list.operations.length }, 'published operations were read');
  }

  async function poll(): Promise<void> {
    await read().catch(report);
    if (!isStopped) timer = setTimeout(poll, pollMs).unref();
  }

  await poll();
  return {
    get list() {
      return list;
    },
    get isKnown() {
      return revision !== undefined;
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
