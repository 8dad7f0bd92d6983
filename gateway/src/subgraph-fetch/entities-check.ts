import type { ReceivedAnswer } from './subgraph-client.ts';
import { SubgraphFailure } from './subgraph-failure.ts';

/**
 * Whether an answer has the entities that were asked for. They are told apart by their position alone: with one too few or too
 * many, none can be trusted.
 * @param expected how many; 0 where none were asked for
 * @returns the answer, without data where errors stand for all entities
 * @throws SubgraphFailure when their number is another one
 */
export function checkEntities(received: ReceivedAnswer, expected: number, service: string): ReceivedAnswer {
  const { data, errors } = received.answer;
  if (expected === 0 || !data) return received;
  const entities = data['_entities'];
  if (Array.isArray(entities) && entities.length === expected) return received;
  if (entities === null && errors.length > 0) return { ...received, answer: { ...received.answer, data: null } };
  const got = Array.isArray(entities) ? entities.length : 'no list';
  throw new SubgraphFailure(
    'SUBGRAPH_INVALID_RESPONSE',
    service,
    new Error(`expected ${expected} entities, got ${got}`),
  );
}
