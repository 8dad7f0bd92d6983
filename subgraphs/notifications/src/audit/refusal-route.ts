import type { Databases } from '@tributary/prisma/clients/databases';
import { recordAppliedBatch } from '@tributary/prisma/counters/applied-batches';
import { CATALOG_LOGICAL_SHARD } from '@tributary/prisma/ids/id';
import { decodeId, idTypeOf } from '@tributary/prisma/ids/typed-id';
import { writeOutboxBatch } from '@tributary/prisma/outbox/outbox';
import type { SubgraphRoute } from '@tributary/runtime/graphql/subgraph-route';
import { jsonResponse } from '@tributary/runtime/http/http-message';
import { parseInput } from '@tributary/runtime/input/parse-input';
import { z } from 'zod';
import { PRODUCER, permissionRefused } from '../events.ts';

const batchSchema = z.object({
  batchId: z.uuid(),
  refusals: z
    .array(
      z.object({
        viewerId: z.string().nullable(),
        code: z.string().max(100),
        path: z.string().max(300),
        requestId: z.string().max(200),
        times: z.int().min(1),
      }),
    )
    .min(1)
    .max(1_000),
});

/**
 * Takes what gateways refused, and what subgraphs refused through them: gateways have no database. A batch that comes again,
 * because its answer was lost, is written once.
 */
export function createRefusalRoute({ databases }: { databases: Databases }): SubgraphRoute {
  return {
    isPublic: false,
    async POST(body) {
      const { batchId, refusals } = parseInput(batchSchema, body, 'body');
      const events = refusals.map((refusal) => permissionRefused.about(aggregateOf(refusal), refusal));
      await databases.catalog().$transaction(async (tx) => {
        if (!(await recordAppliedBatch(tx, batchId))) return;
        await writeOutboxBatch(tx, { producer: PRODUCER, logicalShard: CATALOG_LOGICAL_SHARD, events });
      });
      return jsonResponse(200, { written: events.length });
    },
  };
}

/** What anonymous callers were refused is about them all, as is what those were whom only an issuer of tokens knows. */
const NOBODY = 0n;

function aggregateOf({ viewerId }: { viewerId: string | null }): bigint {
  return viewerId !== null && idTypeOf(viewerId) === 'user' ? decodeId('user', viewerId) : NOBODY;
}
