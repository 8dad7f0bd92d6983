import { hash, randomUUID } from 'node:crypto';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { Kind, parse } from 'graphql';
import { GREEDY_KEY, type MeasuredStack } from './measured-stack.ts';

const OPERATIONS = {
  shelf: `query Shelf { products(first: 5) { nodes { id title price { minorUnits currency } stock { available } rating { average } } } }`,
  myOrders: `query MyOrders { me { orders(first: 2) { nodes { status items { product { title } } } } } }`,
  placeOrder: `mutation PlaceOrder($input: PlaceOrderInput!) { placeOrder(input: $input) { __typename ... on PlaceOrderSuccess { order { id } } } }`,
};

const LOG_IN = `mutation LogIn($input: LogInInput!) { logIn(input: $input) { ... on SessionOpened { accessToken } } }`;

/** How often the shelf is asked for, in as many rounds as customers look at their orders. */
export const SHELF_REQUESTS = 6;
const ROUNDS = 2;

/** The published operations, in the format of Apollo's tools. */
export const manifest = {
  format: 'apollo-persisted-query-manifest',
  version: 1,
  operations: Object.values(OPERATIONS).map((body) => {
    const [definition] = parse(body).definitions;
    if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`${body} is no operation`);
    return { id: hash('sha256', body), body, name: definition.name?.value, type: definition.operation };
  }),
};

/**
 * Has clients do a little of everything, most of which goes well.
 * @param untilScraped waits until all that was done so far has been scraped: a rate is of what happens between two scrapes
 */
export async function makeTraffic(stack: MeasuredStack, untilScraped: () => Promise<unknown>): Promise<void> {
  const { email } = userOf(stack);
  const loggedIn = await ask(stack, LOG_IN, { variables: { input: { email, password: stack.seeded.password } } });
  const token = loggedIn.data.logIn.accessToken;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let request = 0; request < SHELF_REQUESTS / ROUNDS; request += 1) await ask(stack, OPERATIONS.shelf);
    await ask(stack, OPERATIONS.myOrders, { token });
    await untilScraped();
  }
  const { data } = await ask(stack, '{ products(first: 1) { nodes { id price { minorUnits currency } } } }');
  const [{ id, price }] = data.products.nodes;
  const input = {
    idempotencyKey: randomUUID(),
    lines: [{ productId: id, quantity: 1, expectedUnitPrice: price }],
    shippingCountry: 'DE',
  };
  await ask(stack, OPERATIONS.placeOrder, { token, variables: { input } });
  // Names that nobody has published are told apart by none.
  for (let name = 0; name < 3; name += 1)
    await ask(stack, `query MadeUp${name} { products(first: 1) { nodes { id } } }`);
  await ask(stack, '{ nothingOfTheKind }');
  await ask(stack, '{ products(first: 2) { nodes { id } } }', { apiKey: GREEDY_KEY });
  await fetch(`${stack.subgraphUrl('catalog')}/graphql`, { method: 'POST', body: '{}', headers: JSON_TYPE });
  await untilScraped();
}

const JSON_TYPE = { 'content-type': 'application/json' };

function userOf({ seeded }: MeasuredStack) {
  const user = seeded.marketplace.users.find(({ id }) => id === seeded.customerId);
  if (!user) throw new Error(`there is no user ${encodeId('user', seeded.customerId)}`);
  return user;
}

async function ask(
  { url }: MeasuredStack,
  query: string,
  { token, apiKey, variables = {} }: { token?: string; apiKey?: string; variables?: object } = {},
) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      ...JSON_TYPE,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(apiKey !== undefined && { 'x-api-key': apiKey }),
    },
    body: JSON.stringify({ query, variables }),
  });
  return JSON.parse(await response.text());
}
