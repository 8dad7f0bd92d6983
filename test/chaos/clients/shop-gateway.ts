import type { OrderInput, Outcome, ShownOrder } from './client-log.ts';

const ORDER = `{
  id status shippingCountry total { minorUnits currency }
  items { quantity unitPrice { minorUnits } product { id } }
}`;

const PLACE = `mutation Place($input: PlaceOrderInput!) {
  placeOrder(input: $input) {
    __typename
    ... on PlaceOrderSuccess { order ${ORDER} }
    ... on Refusal { code }
  }
}`;

const CANCEL = `mutation Cancel($id: ID!) {
  cancelOrder(id: $id) {
    __typename
    ... on CancelOrderSuccess { order ${ORDER} }
    ... on OrderNotCancellable { order ${ORDER} }
  }
}`;

/** What a request is sent with. */
export interface Sending {
  /** The gateway's, without a path. */
  readonly url: string;
  readonly token: string;
  /** After so long the client hangs up. */
  readonly patienceMs: number;
}

interface GraphOrder {
  id: string;
  status: string;
  shippingCountry: string;
  total: { minorUnits: number; currency: string };
  items: { quantity: number; unitPrice: { minorUnits: number }; product: { id: string } }[];
}

interface Answer {
  data?: {
    placeOrder?: { __typename: string; order?: GraphOrder; code?: string };
    cancelOrder?: { __typename: string; order?: GraphOrder };
  } | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

/** Sends `placeOrder`. Never rejects: what became of it is the outcome. */
export async function sendPlaceOrder(sending: Sending, key: string, input: OrderInput): Promise<Outcome> {
  const { lines, currency, shippingCountry } = input;
  const variables = {
    input: {
      idempotencyKey: key,
      shippingCountry,
      lines: lines.map(({ productId, quantity, unitPriceMinor }) => ({
        productId,
        quantity,
        expectedUnitPrice: { minorUnits: unitPriceMinor, currency },
      })),
    },
  };
  return sendMutation(sending, PLACE, variables, ({ placeOrder }) => {
    if (placeOrder?.order) return { kind: 'placed', order: shown(placeOrder.order) };
    return placeOrder?.code === undefined ? undefined : { kind: 'refused', code: placeOrder.code };
  });
}

/** Sends `cancelOrder`. Never rejects: what became of it is the outcome. */
export async function sendCancelOrder(sending: Sending, orderId: string): Promise<Outcome> {
  return sendMutation(sending, CANCEL, { id: orderId }, ({ cancelOrder }) => {
    if (!cancelOrder?.order) return undefined;
    const kind = cancelOrder.__typename === 'CancelOrderSuccess' ? 'cancelled' : 'not-cancellable';
    return { kind, order: shown(cancelOrder.order) };
  });
}

async function sendMutation(
  { url, token, patienceMs }: Sending,
  query: string,
  variables: Record<string, unknown>,
  outcomeOf: (data: NonNullable<Answer['data']>) => Outcome | undefined,
): Promise<Outcome> {
  try {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(patienceMs),
    });
    const { data, errors }: Answer = JSON.parse(await response.text());
    const [error] = errors ?? [];
    if (error?.extensions?.code === 'IDEMPOTENCY_KEY_REUSED') return { kind: 'key-reused' };
    // Beside an error nothing counts as told.
    const outcome = error || !data ? undefined : outcomeOf(data);
    return outcome ?? { kind: 'failed', reason: error?.extensions?.code ?? `status ${response.status}` };
  } catch (error) {
    return { kind: 'failed', reason: reasonOf(error) };
  }
}

function shown({ id, status, shippingCountry, total, items }: GraphOrder): ShownOrder {
  return {
    id,
    status,
    shippingCountry,
    currency: total.currency,
    totalMinor: total.minorUnits,
    lines: items.map(({ quantity, unitPrice, product }) => ({
      productId: product.id,
      quantity,
      unitPriceMinor: unitPrice.minorUnits,
    })),
  };
}

/** `TimeoutError`, `ECONNREFUSED`, `UND_ERR_SOCKET` and so on. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (typeof cause !== 'object' || cause === null) return String(cause);
  if ('code' in cause && typeof cause.code === 'string') return cause.code;
  return 'name' in cause ? String(cause.name) : 'unknown';
}
