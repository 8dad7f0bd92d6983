import type { Scenario } from '../scenario.ts';

/** The limit of the gateway's own HTTP server: an answer that costs nothing to make. */
export const bareHttp: Scenario = { name: 'bare HTTP', path: '/health/live', method: 'GET' };

/** One subgraph, one statement. */
const product: Scenario = {
  name: 'products',
  path: '/graphql',
  method: 'POST',
  body: JSON.stringify({ query: '{ products(first: 10) { nodes { id title price { minorUnits currency } } } }' }),
};

/** All subgraphs but notifications: what a page of past orders needs. */
const viewerOrders: Scenario = {
  name: 'viewer orders',
  path: '/graphql',
  method: 'POST',
  body: JSON.stringify({
    query: `{
      me {
        displayName
        orders(first: 10) {
          nodes {
            id status placedAt total { minorUnits currency }
            items {
              quantity
              product {
                title stock { available }
                reviews(first: 3) { nodes { rating title author { displayName } } }
              }
            }
          }
        }
      }
    }`,
  }),
};

/** What is measured against the bare HTTP server, in one run. */
export const scenarios: readonly Scenario[] = [product, viewerOrders];
