import { expect, it } from '@jest/globals';
import { resultsIn } from './event-stream.ts';

const STREAM = `retry: 595
id: 1

event: next
id: 2
data: {"data":{"order":{"id":"é"}}}

: a sign of life

event: next
data: {"data":
data: null}

event: complete
data:

event: next
data: {"data":"of nobody's interest"}

`;

it.each([1, 7, 10_000])('results of a subscription are read, however they are cut: into %i bytes', async (size) => {
  const bytes = new TextEncoder().encode(STREAM);
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let start = 0; start < bytes.length; start += size) controller.enqueue(bytes.slice(start, start + size));
      controller.close();
    },
  });
  const results: unknown[] = [];
  for await (const result of resultsIn(stream)) results.push(result);
  expect(results).toEqual([{ data: { order: { id: 'é' } } }, { data: null }]);
});
