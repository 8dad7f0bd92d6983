import { CodedError } from '../errors/coded-error.ts';
import { type AcceptedValue, acceptedValues } from '../http/accepted-values.ts';

const json = 'application/json; charset=utf-8';
const graphqlJson = 'application/graphql-response+json; charset=utf-8';

/** In order of our own preference. */
const offers = [
  { contentType: json, ranges: ['application/json', 'application/*', '*/*'] },
  { contentType: graphqlJson, ranges: ['application/graphql-response+json', 'application/*', '*/*'] },
];

/**
 * The `content-type` of an answer: of the two that GraphQL has, the one that the client wants most; JSON where it wants both
 * alike or says nothing.
 *
 * @param accept the request's header
 * @throws CodedError BAD_REQUEST with status 406 when it accepts neither
 */
export function responseMediaType(accept: string | undefined): string {
  if (accept === undefined || accept === '' || accept === '*/*' || accept === 'application/json') return json;
  const accepted = acceptedValues(accept);
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
function mostSpecific(accepted: readonly AcceptedValue[], ranges: readonly string[]) {
  for (const [specificity, range] of ranges.entries()) {
    const position = accepted.findIndex((each) => each.value === range);
    const found = accepted[position];
    if (found) return { quality: found.quality, specificity, position };
  }
  return undefined;
}
