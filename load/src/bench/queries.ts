import { catalogProducts } from './subgraphs/catalog-products.ts';

/** An operation that contenders are measured with. */
export interface BenchQuery {
  readonly id: string;
  /** What it asks of a contender, for the report. */
  readonly description: string;
  /** The whole body of the POST. */
  readonly body: string;
}

const light: BenchQuery = {
  id: 'light',
  description: 'one subgraph, one list',
  body: JSON.stringify({
    operationName: 'TopProducts',
    query: `query TopProducts($first: Int!) { topProducts(first: $first) { upc name price weight } }`,
    variables: { first: 20 },
  }),
};

const lists: BenchQuery = {
  id: 'lists',
  description: 'four subgraphs, lists, a field that requires fields of another subgraph',
  body: JSON.stringify({
    operationName: 'ReviewedProducts',
    query: `query ReviewedProducts {
      users {
        id
        name
        reviews { id body product { upc name price weight inStock shippingEstimate } }
      }
      topProducts(first: 18) { upc name price weight inStock shippingEstimate reviews { id author { username } } }
    }`,
  }),
};

const heavy: BenchQuery = {
  id: 'heavy',
  description: 'four subgraphs, recursive lists over users, reviews and products',
  body: JSON.stringify({
    operationName: 'Everything',
    query: `query Everything {
      users {
        ...UserParts
        reviews {
          ...ReviewParts
          product { ...ProductParts reviews { ...ReviewParts author { ...UserParts reviews { ...ReviewWithProduct } } } }
        }
      }
      topProducts(first: 9) {
        ...ProductParts
        reviews { ...ReviewParts author { ...UserParts reviews { ...ReviewWithProduct } } }
      }
    }
    fragment UserParts on User { id username name }
    fragment ReviewParts on Review { id body }
    fragment ReviewWithProduct on Review { ...ReviewParts product { ...ProductParts } }
    fragment ProductParts on Product { inStock name price shippingEstimate upc weight }`,
  }),
};

/** From the one that measures a gateway's HTTP edge to the one that measures its executor. */
export const gatewayQueries: readonly BenchQuery[] = [light, lists, heavy];

/** The same, of a gateway that has the answer: a small one and a large one. */
export const answeredQueries: readonly BenchQuery[] = [
  { ...light, id: 'light-again', description: 'one subgraph, one list, whose answer is kept' },
  { ...heavy, id: 'heavy-again', description: 'four subgraphs, recursive lists, whose answer is kept' },
];

/** A query for entities, and what they are. */
interface EntityQuery extends BenchQuery {
  readonly entities: readonly unknown[];
}

/** What a gateway asks of subgraphs most. */
export const entityQueries: readonly EntityQuery[] = [
  {
    id: 'entities',
    description: '`_entities` with 100 representations, 5 fields each',
    body: entitiesBody('id title description weightGrams status'),
    entities: catalogProducts.map(({ id, title, description, weightGrams, status }) => ({
      id,
      title,
      description,
      weightGrams,
      status,
    })),
  },
  {
    id: 'priced-entities',
    description: '`_entities` with 100 representations, one of 4 fields an object with custom scalars',
    body: entitiesBody('id title price { minorUnits currency } status'),
    entities: catalogProducts.map(({ id, title, price, status }) => ({ id, title, price, status })),
  },
];

function entitiesBody(selection: string): string {
  return JSON.stringify({
    query: `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Product { ${selection} } } }`,
    variables: { of: catalogProducts.map(({ id }) => ({ __typename: 'Product', id })) },
  });
}
