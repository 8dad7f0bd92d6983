import type { GraphQLSchema } from 'graphql';
import type { ClientUse, Usage } from '../usage/usage.ts';
import type { SchemaChange } from './schema-change.ts';
import { coordinatesOfInputs } from './used-coordinates.ts';

/** What gateways have counted, to judge changes by. */
export class CountedUsage {
  readonly #usage: Usage;
  readonly #minShare: number;
  readonly #uses: readonly { readonly use: ClientUse; readonly requestsOf: (coordinate: string) => number }[];

  /**
   * @param schema that was served, as far as is known
   * @param minShare of all requests: what fewer of them use is used by nobody
   */
  constructor(usage: Usage, schema: GraphQLSchema, minShare: number) {
    this.#usage = usage;
    this.#minShare = minShare;
    this.#uses = usage.uses.map((use) => ({ use, requestsOf: countIn(use, usage, schema) }));
  }

  /**
   * Those whose requests meet a change, the most frequent first. Requests of which nobody knows what they used may meet any.
   */
  usersOf({ affects }: Pick<SchemaChange, 'affects'>): string[] {
    const users = this.#uses.flatMap(({ use, requestsOf }) => {
      const requests = affects === 'everything' ? use.requests : Math.max(0, ...affects.map(requestsOf));
      return requests > 0 ? [{ use, requests }] : [];
    });
    const { requests, untold } = this.#usage;
    const met = users.reduce((sum, user) => sum + user.requests, untold);
    if (met === 0 || met < this.#minShare * requests) return [];
    return [
      ...users.map(
        ({ use, requests: own }) => `${use.name} (${use.client}): ${requestsText(own)}, last ${use.lastDay}`,
      ),
      ...(untold > 0 ? [`${requestsText(untold)} that could not be told apart`] : []),
    ];
  }
}

/** For example `1 request`. */
export function requestsText(requests: number): string {
  return `${requests} request${requests === 1 ? '' : 's'}`;
}

/**
 * How many requests of a client for an operation used a coordinate. What only variables can hold is known from samples; where there
 * are none, all that they might hold counts as used.
 */
function countIn(use: ClientUse, { hasAllValues }: Usage, schema: GraphQLSchema): (coordinate: string) => number {
  const coordinates = new Set(use.coordinates);
  const { requests, samples, values, variableTypes } = use;
  if (samples === 0 || !hasAllValues) {
    const possible = coordinates.union(coordinatesOfInputs(variableTypes, schema));
    return (coordinate) => (possible.has(coordinate) ? requests : 0);
  }
  return (coordinate) => {
    if (coordinates.has(coordinate)) return requests;
    return Math.ceil((requests * (values[coordinate] ?? 0)) / samples);
  };
}
