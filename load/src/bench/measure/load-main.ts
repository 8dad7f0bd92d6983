import { runClosedLoop } from './closed-loop.ts';
import { encodeRequest } from './http-connection.ts';
import type { LoadOrder } from './load-plan.ts';
import type { LoadResult } from './load-result.ts';
import { runOpenLoop } from './open-loop.ts';

/** A process of its own, so that the load has a core of its own: it takes a `LoadOrder` and prints a `LoadResult`. */
function run(order: LoadOrder): Promise<LoadResult> {
  const { port, headers } = order;
  switch (order.kind) {
    case 'saturate': {
      const request = encodeRequest(port, order.body, headers);
      return runClosedLoop({ ...order, requestLimit: Number.POSITIVE_INFINITY, requestAt: () => request });
    }
    case 'pace':
      return runOpenLoop({ ...order, request: encodeRequest(port, order.body, headers) });
    case 'distinct':
      return runClosedLoop({
        ...order,
        requestLimit: order.operations,
        requestAt: (index) => encodeRequest(port, JSON.stringify({ query: distinctOperation(index) }), headers),
      });
  }
}

function distinctOperation(index: number): string {
  return `{ first${index}: topProducts(first: 1) { upc name reviews { id body${index}: body } } }`;
}

const order: LoadOrder = JSON.parse(process.argv[2] ?? '');
console.log(JSON.stringify(await run(order)));
