import { type GraphQLSchema, parse } from 'graphql';
import type { Usage } from '../usage/usage.ts';
import { UsageBook } from '../usage/usage-book.ts';

/**
 * What a gateway counts of operations that one client sends once each, all today, without a Redis between. Where one comes without
 * variables, nobody has looked at any.
 */
export function countOf(
  schema: GraphQLSchema,
  asked: readonly { readonly body: string; readonly variables?: Record<string, unknown> }[],
  client = 'web',
): Usage {
  const book = new UsageBook();
  for (const { body, variables } of asked) {
    const counter = book.counterOf({ schema, document: parse(body), operationName: undefined }, client);
    counter?.count(() => variables ?? {});
  }
  const { uses, untold } = book.take();
  const isLookedAt = asked.every(({ variables }) => variables !== undefined);
  return {
    days: 30,
    countedDays: 1,
    requests: uses.reduce((sum, use) => sum + use.uses, untold),
    untold,
    hasAllValues: true,
    uses: uses.map(({ client: name, operation, uses: requests, samples, values }) => ({
      client: name,
      name: operation.name,
      hash: operation.hash,
      requests,
      lastDay: '2026-11-23',
      coordinates: [...operation.coordinates],
      variableTypes: [...operation.variableTypes],
      samples: isLookedAt ? samples : 0,
      values: Object.fromEntries(values),
    })),
  };
}
