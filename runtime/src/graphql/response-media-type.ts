import { CodedError } from '../errors/coded-error.ts';

const json = 'application/json; charset=utf-8';
const graphqlJson = 'application/graphql-response+json; charset=utf-8';

/** In order of our own preference. */
const offers = [
  { contentType: json, ranges: ['application/json', 'application/*', '*/*'] },
  { contentType: graphqlJson, ranges: ['application/graphql-response+json', 'application/*', '*/*'] },
];

interface AcceptedRange {
  readonly range: string;
  readonly quality: number;
}

/**
 * The `content-type` of an answer: of the two that GraphQL has, the one that the client wants most; JSON where it wants both
 * alike or says nothing.
 *
 * @param accept the request's header
 * @throws CodedError BAD_REQUEST with status 406 when it accepts neither
 */
export function responseMediaType(accept: string | undefined): string {
  if (accept === undefined || accept === '' || accept === '*/*' || accept === 'application/json') return json;
  const accepted = accept.split(',').map(parseRange);
  const candidates = offers.flatMap(({ contentType, ranges }) => {
    const matched = mostSpecific(accepted, ranges);
    return matched && matched.quality > 0 ? [{ contentType, ...matched }] : [];
  });
  const [best] = candidates.sort(
    (a, b) => b.quality - a.quality || a.specificity - b.specificity || a.position - b.position,
  );
  if (best) return best.contentType;
  throw new CodedError('BAD_REQUEST', `The answer is ${json} or ${graphqlJson}, and \`accept\` allows neither`, {
    httpStatus: 406,
  });
}

/** The range that says most precisely what the client thinks of a type. */
function mostSpecific(accepted: readonly AcceptedRange[], ranges: readonly string[]) {
  for (const [specificity, range] of ranges.entries()) {
    const position = accepted.findIndex((each) => each.range === range);
    const found = accepted[position];
    if (found) return { quality: found.quality, specificity, position };
  }
  return undefined;
}

/** Parameters other than the quality are no matter of choice: both types are always UTF-8. */
function parseRange(text: string): AcceptedRange {
  const [range = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const quality = parameters.find((each) => each.startsWith('q='));
  return { range, quality: quality === undefined ? 1 : Number(quality.slice(2)) || 0 };
}
