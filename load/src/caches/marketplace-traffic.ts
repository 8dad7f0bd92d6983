import { seededRandom } from './seeded-random.ts';
import { StalenessChecker, type StalenessReport } from './staleness.ts';
import { TrafficRecorder, type TrafficReport } from './traffic-recorder.ts';
import { zipf } from './zipf.ts';

/** A product that is for sale, and the token of somebody who may change it. */
export interface Market {
  readonly products: readonly string[];
  readonly writerToken: string;
}

export interface TrafficOptions {
  /** The gateways', without a path; each request goes to a random one. */
  readonly urls: readonly string[];
  readonly requests: number;
  readonly connections: number;
  /** Of 1. */
  readonly writeShare: number;
  readonly boundMs: number;
  readonly seed: number;
}

const ZIPF_EXPONENT = 1;
/** Added to a version, it makes a price that no product has by itself. */
const FIRST_PRICE = 1_000_000_000;

const readProduct = `query Product($id: ID!) {
  product(id: $id) {
    id title description price { minorUnits currency } stock { available } rating { average count }
    category { name } merchant { displayName } reviews(first: 3) { nodes { rating title author { displayName } } }
  }
}`;
const writePrice = `mutation Reprice($input: UpdateProductInput!) {
  updateProduct(input: $input) { __typename }
}`;

/**
 * Readers and writers of products at once, by a Zipf law: every write gives its product the next price, and every read is held
 * against the writes that were acknowledged before it was sent.
 */
export async function runTraffic(
  market: Market,
  options: TrafficOptions,
): Promise<{ traffic: TrafficReport; staleness: StalenessReport }> {
  const random = seededRandom(options.seed);
  const rank = zipf(market.products.length, ZIPF_EXPONENT, random);
  const checker = new StalenessChecker(options.boundMs);
  const recorder = new TrafficRecorder();
  const beingWritten = new Set<string>();
  let left = options.requests;

  const anyUrl = (): string => options.urls[Math.floor(random() * options.urls.length)] ?? '';

  async function read(id: string): Promise<void> {
    const askedAtMs = performance.now();
    const answer = await post(anyUrl(), { query: readProduct, variables: { id } });
    recorder.record('read', answer, askedAtMs);
    const price: unknown = answer.body?.data?.product?.price?.minorUnits;
    if (typeof price === 'number') checker.read(id, price >= FIRST_PRICE ? price - FIRST_PRICE : 0, askedAtMs);
  }

  async function write(id: string): Promise<void> {
    beingWritten.add(id);
    const price = { minorUnits: FIRST_PRICE + checker.nextVersion(id), currency: 'EUR' };
    const askedAtMs = performance.now();
    const variables = { input: { id, price } };
    const answer = await post(anyUrl(), { query: writePrice, variables }, market.writerToken);
    recorder.record('write', answer, askedAtMs);
    if (answer.body?.data?.updateProduct?.__typename === 'UpdateProductSuccess') checker.written(id, performance.now());
    beingWritten.delete(id);
  }

  async function keepAsking(): Promise<void> {
    while (left > 0) {
      left -= 1;
      const id = market.products[rank()] ?? '';
      const isWrite = random() < options.writeShare && !beingWritten.has(id);
      await (isWrite ? write(id) : read(id));
    }
  }

  await Promise.all(Array.from({ length: options.connections }, keepAsking));
  return { traffic: recorder.report(), staleness: checker.report() };
}

/** An answer of the gateway. `body` is missing where none came. */
export interface TrafficAnswer {
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape, looked at with ?.
  readonly body?: any;
}

async function post(url: string, body: object, token?: string): Promise<TrafficAnswer> {
  try {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    });
    return { body: await response.json() };
  } catch {
    return {};
  }
}
