import { createRequestHeaders } from '../contenders/request-headers.ts';
import { runClosedLoop } from './closed-loop.ts';
import { encodeRequest } from './http-connection.ts';
import type { LoadOrder } from './load-plan.ts';
import type { LoadResult } from './load-result.ts';
import { runOpenLoop } from './open-loop.ts';

/** A process of its own, so that the load has a core of its own: it takes a `LoadOrder` and prints a `LoadResult`. */
function run(order: LoadOrder): Promise<LoadResult> {
  const headersOf = createRequestHeaders(order);
  const encode = (body: string, index: number) => encodeRequest(order.port, body, headersOf(body, index));
  /** Made once for each caller, unless a signature is for one request only: what the load takes is not to differ by what it asks. */
  const repeated = (body: string) => {
    if (order.gatewayKey) return (index: number) => encode(body, index);
    const requests = new Map<string | undefined, Buffer>();
    return (index: number) => {
      const headers = headersOf(body, index);
      const request = requests.get(headers.authorization) ?? encodeRequest(order.port, body, headers);
      requests.set(headers.authorization, request);
      return request;
    };
  };
  switch (order.kind) {
    case 'saturate': {
      return runClosedLoop({
        ...order,
        requestLimit: Number.POSITIVE_INFINITY,
        requestAt: repeated(order.body),
      });
    }
    case 'pace':
      return runOpenLoop({ ...order, requestAt: repeated(order.body) });
    case 'distinct':
      return runClosedLoop({
        ...order,
        requestLimit: order.operations,
        requestAt: (index) => encode(JSON.stringify({ query: distinctOperation(index) }), index),
      });
  }
}

function distinctOperation(index: number): string {
  return `{ first${index}: topProducts(first: 1) { upc name reviews { id body${index}: body } } }`;
}

const order: LoadOrder = JSON.parse(process.argv[2] ?? '');
console.log(JSON.stringify(await run(order)));
