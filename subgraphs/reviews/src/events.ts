import { defineEvent } from '@tributary/runtime/events/event-definition';
import { z } from 'zod';

/** The name under which this subgraph publishes. */
export const PRODUCER = 'reviews';

const reviewId = z.string().startsWith('rev_');
const productId = z.string().startsWith('prd_');
const userId = z.string().startsWith('usr_');
const rating = z.int().min(1).max(5);
const sample = { reviewId: 'rev_03c8wd5xqw000', productId: 'prd_01t1qm3xvzw00', rating: 5 };

/** A review was written on its author's shard. This subgraph itself reads it, to index the review in the catalog database. */
export const reviewWritten = defineEvent({
  name: 'ReviewWritten',
  version: 1,
  schema: z.object({ reviewId, productId, authorId: userId, rating }),
  sample: { ...sample, authorId: 'usr_00y1qm3xqw000' },
});

/** A review is in its product's list and rating. */
export const reviewIndexed = defineEvent({
  name: 'ReviewIndexed',
  version: 1,
  schema: z.object({ reviewId, productId, merchantId: userId, rating }),
  sample: { ...sample, merchantId: 'usr_00y1qm3xqw001' },
});
