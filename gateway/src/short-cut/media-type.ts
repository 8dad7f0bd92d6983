const LEGACY = 'application/json; charset=utf-8';
const CURRENT = 'application/graphql-response+json; charset=utf-8';

/** What common clients accept, to what they are answered in; Apollo Server negotiates all else. */
const answeredIn = new Map<string | undefined, string>([
  [undefined, LEGACY],
  ['*/*', LEGACY],
  ['application/json', LEGACY],
  ['application/json, text/plain, */*', LEGACY],
  ['application/graphql-response+json', CURRENT],
  ['application/graphql-response+json,application/json;q=0.9', CURRENT],
  ['application/graphql-response+json, application/json;q=0.9', CURRENT],
]);

/** The content type for an Accept header that needs no negotiation; `undefined` for any other. */
export function mediaTypeFor(accept: string | undefined): string | undefined {
  return answeredIn.get(accept);
}
