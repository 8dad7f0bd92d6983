import { describe, expect, it } from '@jest/globals';
import { responseMediaType } from './response-media-type.ts';

const json = 'application/json; charset=utf-8';
const graphqlJson = 'application/graphql-response+json; charset=utf-8';

describe('responseMediaType', () => {
  it.each([
    [undefined, json],
    ['', json],
    ['*/*', json],
    ['application/*', json],
    ['application/json', json],
    ['application/json; charset=utf-8', json],
    ['application/graphql-response+json', graphqlJson],
    ['application/graphql-response+json, application/json', graphqlJson],
    ['application/json, application/graphql-response+json', json],
    ['application/json;q=0.8, application/graphql-response+json', graphqlJson],
    ['application/graphql-response+json;q=0.5, */*;q=0.1', graphqlJson],
    ['application/json;q=0, */*', graphqlJson],
    ['text/html, */*;q=0.8', json],
    ['APPLICATION/JSON', json],
  ])('answers %s with %s', (accept, contentType) => {
    expect(responseMediaType(accept)).toBe(contentType);
  });

  it.each(['text/html', 'application/json;q=0', 'image/*', ','])('refuses %s with a 406', (accept) => {
    expect(() => responseMediaType(accept)).toThrow(expect.objectContaining({ httpStatus: 406 }));
  });
});
