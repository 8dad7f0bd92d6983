import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { readSubscriptions } from './subscription-fields.ts';

const LINK = '@link(url: "https://tributary.example/specs/viewerEvents/v0.1", import: ["@onEvent"])';
const supergraph = (link: string, field: string) => `
  schema ${link} { query: Query subscription: Subscription }
  type Query { order(id: ID!): Int }
  type Subscription { orderChanged: Int ${field} }`;
const read = (sdl: string) => readSubscriptions(parse(sdl));
const USE = '@onEvent(name: "OrderChanged", query: "order")';

describe('a field of Subscription', () => {
  it('listens to the event that its subgraph names', () => {
    const { fields } = read(supergraph(LINK, USE));
    expect([...fields]).toEqual([['orderChanged', { event: 'OrderChanged', query: 'order' }]]);
  });

  it('is known by whatever name its directive was given', () => {
    const link = LINK.replace('["@onEvent"]', '[{ name: "@onEvent", as: "@hears" }]');
    expect(read(supergraph(link, USE.replace('onEvent', 'hears'))).fields.size).toBe(1);
  });

  it.each([
    ['without the directive', supergraph(LINK, '')],
    ['with a directive of that name that is not ours', supergraph('', USE)],
    ['in a supergraph without subscriptions', 'schema { query: Query } type Query { order: Int }'],
  ])('%s has no events', (_which, sdl) => {
    expect(read(sdl).fields.size).toBe(0);
  });

  it('that takes its value from a field of Query which there is not is a mistake', () => {
    expect(read(supergraph(LINK, USE.replace('"order"', '"orders"')))).toEqual({
      fields: new Map(),
      mistake: 'Subscription.orderChanged takes its value from Query.orders, which there is not',
    });
  });
});
