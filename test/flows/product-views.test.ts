import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { eventually } from '../kit/eventually.ts';
import { logInPeople, type People } from '../kit/people.ts';
import { startTestGraph, type TestGraph } from '../kit/test-graph.ts';

const RECORD = 'mutation Record($id: ID!) { recordProductView(input: { productId: $id }) { recorded } }';
const COUNT = 'query Count($id: ID!) { product(id: $id) { viewCount } }';
const RECENT = '{ me { recentlyViewed(first: 2) { id merchant { displayName } } } }';

let graph: TestGraph;
let people: People;
beforeAll(async () => {
  graph = await startTestGraph({ name: 'flow_product_views' });
  people = await logInPeople(graph);
}, 120_000);
afterAll(() => graph?.stop());

describe('whoever looks at products', () => {
  it('raises their counts, and finds them again, if they are logged in', async () => {
    const [first = '', second = ''] = graph.seeded.marketplace.products.map(({ id }) => encodeId('product', id));
    const { token } = people.customer;
    const countOf = async (id: string): Promise<number> =>
      (await graph.ask({ query: COUNT, variables: { id } })).data.product.viewCount;
    const before = await countOf(first);

    for (const view of [{ id: first }, { id: first, token }, { id: second, token }]) {
      const { id, ...viewer } = view;
      const { data, errors } = await graph.ask({ query: RECORD, variables: { id }, ...viewer });
      expect([data, errors]).toEqual([{ recordProductView: { recorded: true } }, []]);
    }

    expect(
      await eventually(
        () => countOf(first),
        (count) => count >= before + 2,
      ),
    ).toBe(before + 2);
    const { data } = await eventually(
      () => graph.ask({ query: RECENT, token }),
      (answer) => answer.data.me.recentlyViewed[1]?.id === first,
    );
    expect(data.me.recentlyViewed).toEqual([
      { id: second, merchant: { displayName: expect.any(String) } },
      { id: first, merchant: { displayName: expect.any(String) } },
    ]);
  });
});
