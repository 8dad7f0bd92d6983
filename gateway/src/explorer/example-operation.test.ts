import { expect, it } from '@jest/globals';
import { exampleOperation } from './example-operation.ts';

it('an example says by the comment on top what it shows, and who it is meant for', () => {
  const text =
    '# The cheapest of all,\n# cheapest first.\n# viewer: Customer\nquery CheapestProducts {\n  # Of all.\n  products { id }\n}\n';
  expect(exampleOperation('catalog', text, { first: 3 })).toEqual({
    group: 'catalog',
    name: 'Cheapest products',
    description: 'The cheapest of all, cheapest first.',
    query: 'query CheapestProducts {\n  # Of all.\n  products { id }\n}\n',
    variables: { first: 3 },
    viewer: 'Customer',
  });
});

it('an example that says nothing of viewers is for anybody', () => {
  expect(exampleOperation('catalog', 'query Everything { __typename }', {})).not.toHaveProperty('viewer');
});

it.each(['{ __typename }', 'query A { __typename } query B { __typename }'])('%s is no example', (text) => {
  expect(() => exampleOperation('catalog', text, {})).toThrow('an example of catalog is not one named operation');
});
