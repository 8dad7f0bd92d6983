import type { ReceivedAnswer } from './subgraph-client.ts';
import { SubgraphFailure } from './subgraph-failure.ts';

/** A list of entities that is asked for. */
export interface ExpectedList {
  /** Its key in the answer's data. */
  readonly key: string;
  readonly length: number;
}

/**
 * Whether an answer has the entities that were asked for. They are told apart by their position alone: with one too few or too
 * many, none can be trusted.
 * @param expected empty where no entities were asked for
 * @returns the answer, without data where errors stand for all entities of a list
 * @throws SubgraphFailure when the number of a list's entities is another one
 */
export function checkEntities(
  received: ReceivedAnswer,
  expected: readonly ExpectedList[],
  service: string,
): ReceivedAnswer {
  const { data, errors } = received.answer;
  if (!data) return received;
  for (const { key, length } of expected) {
    const entities = data[key];
    if (Array.isArray(entities) && entities.length === length) continue;
    if (entities === null && errors.length > 0) return { ...received, answer: { ...received.answer, data: null } };
    const got = Array.isArray(entities) ? entities.length : 'no list';
    throw new SubgraphFailure(
      'SUBGRAPH_INVALID_RESPONSE',
      service,
      new Error(`expected ${length} entities, got ${got}`),
    );
  }
  return received;
}
