import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, type ExecutionResult, type GraphQLSchema, graphql } from 'graphql';
import { products, reviews, users } from './shop-data.ts';

/** The subgraphs of the shop by name. */
export const subgraphNames = ['accounts', 'products', 'reviews', 'inventory'] as const;
export type SubgraphName = (typeof subgraphNames)[number];

/** A GraphQL request as it comes over HTTP. */
export interface GraphqlRequest {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly operationName?: string | null;
}

/** Answers a request with plain graphql-js. */
export type Answerer = (request: GraphqlRequest) => Promise<ExecutionResult>;

const rootFields = { users, topProducts: ({ first }: { first: number }) => products.slice(0, first) };
const entities = new Map<string, object>();
for (const user of users) entities.set(`User:${user.id}`, user);
for (const product of products) entities.set(`Product:${product.upc}`, product);
for (const review of reviews) entities.set(`Review:${review.id}`, review);

/** Where the SDL of a subgraph is. */
export function sdlFile(name: SubgraphName): string {
  return join(import.meta.dirname, `${name}.graphql`);
}

/** Where the SDL is that asks callers for a token and for scopes besides, and says the same otherwise. */
export function securedSdlFile(name: SubgraphName): string {
  return join(import.meta.dirname, 'secured', `${name}.graphql`);
}

/** A subgraph of the shop, entities and `_service` included. */
export function subgraphAnswerer(name: SubgraphName): Answerer {
  const sdl = readFileSync(sdlFile(name), 'utf8');
  const entityTypes = Array.from(sdl.matchAll(/^(?:extend )?type (\w+) @key/gm), ([, type]) => type);
  const schema = buildSchema(
    `${sdl.replaceAll(/^extend type (?!Query)/gm, 'type ')}
    type Query { _service: _Service! _entities(representations: [_Any!]!): [_Entity]! }
    type _Service { sdl: String! }
    scalar _Any
    union _Entity = ${entityTypes.join(' | ')}`,
    { assumeValid: true, assumeValidSDL: true },
  );
  return answererOf(schema, {
    ...rootFields,
    _service: { sdl },
    _entities: ({ representations }: { representations: Representation[] }) =>
      representations.map((representation) => entityOf(name, representation)),
  });
}

/** The whole shop as one schema: what the answers of all gateways must be equal to. */
export function referenceAnswerer(): Answerer {
  return answererOf(buildSchema(readFileSync(join(import.meta.dirname, 'whole.graphql'), 'utf8')), rootFields);
}

interface Representation {
  readonly __typename: string;
  readonly id?: string;
  readonly upc?: string;
}

function entityOf(name: SubgraphName, representation: Representation): object | null {
  const entity = entities.get(`${representation.__typename}:${representation.id ?? representation.upc}`);
  if (!entity) return null;
  if (name !== 'inventory') return entity;
  return { ...entity, price: undefined, weight: undefined, ...representation };
}

function answererOf(schema: GraphQLSchema, rootValue: object): Answerer {
  return ({ query, variables, operationName }) =>
    graphql({
      schema,
      rootValue,
      source: query,
      ...(variables && { variableValues: variables }),
      ...(operationName && { operationName }),
    });
}
