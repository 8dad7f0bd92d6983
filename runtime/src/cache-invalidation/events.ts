import { z } from 'zod';
import { defineEvent } from '../events/event-definition.ts';

/**
 * A committed write made untrue whatever caches keep under these tags. It repeats what the writer does after its commit, in
 * case the writer did not live to do so. About the row that was written.
 *
 * So a writer that dies in between leaves what was for as long as the outbox and the queue take: far less than 3 s while
 * another process of its service lives to relay, else until one starts or what is kept has had its time.
 *
 * It names the database and no position: a commit's place in the log is not known before it. Whoever reads the event asks the
 * database how far it is by then.
 */
export const cacheInvalidated = defineEvent({
  name: 'CacheInvalidated',
  version: 1,
  schema: z.object({ tags: z.array(z.string().min(1)).min(1), database: z.string().min(1) }),
  sample: { tags: ['product:prd_01t1qm3xvzw00', 'products'], database: 'catalog' },
});
