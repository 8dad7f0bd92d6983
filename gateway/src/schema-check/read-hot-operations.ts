import { Kind, parse } from 'graphql';
import type { SharedRedis } from '../persisted-operations/shared-redis.ts';
import { asksForSchema } from '../planning/introspection-fields.ts';
import { HotOperations } from '../warm-up/hot-operations.ts';
import type { KnownOperation } from './known-operations.ts';

const MOST_OPERATIONS = 100;

/**
 * What gateways are asked most, and what nobody may have published.
 * @param redis that gateways share, if they share one
 * @throws Error when Redis cannot be read
 */
export async function readHotOperations(redis: SharedRedis | undefined): Promise<KnownOperation[]> {
  if (!redis) return [];
  const hot = await new HotOperations(redis.commands).hottest(MOST_OPERATIONS);
  return hot.flatMap(({ text }) => {
    const document = parse(text, { noLocation: true });
    if (asksForSchema(document)) return [];
    const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    const name = operation?.kind === Kind.OPERATION_DEFINITION ? operation.name?.value : undefined;
    return [{ client: 'hot', name: name ?? text.slice(0, 40), body: text }];
  });
}
