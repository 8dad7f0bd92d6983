import type { AnswerError } from '@tributary/gateway/execution/failure-log';
import type { ExecutorAnswer } from './executors.ts';

/** What two executors have to agree on: the data, and where there are errors of subgraphs. */
export interface ComparableAnswer {
  data: unknown;
  errorPaths: string[];
}

/**
 * An answer without what the executors are free to differ in.
 * @param hasIndices false where the stock executor miscounts: in lists of several types, not all of which are asked for
 */
export function comparable({ data, errors }: ExecutorAnswer, hasIndices: boolean): ComparableAnswer {
  const paths = errors.filter((error) => !isOfShaping(error)).map((error) => placeOf(error, hasIndices));
  return { data: JSON.parse(JSON.stringify(data ?? null)), errorPaths: [...new Set(paths)].sort() };
}

/** The stock executor keeps silent where an answer breaks its types. A fetch that failed as a whole begins with its subgraph. */
function isOfShaping({ message, extensions }: AnswerError): boolean {
  return extensions['code'] === 'SUBGRAPH_INVALID_RESPONSE' && !message.startsWith('The subgraph "');
}

/** A subgraph that failed altogether is reported once a fetch; for which of its entities is not said. */
function placeOf({ path = [], extensions }: AnswerError, hasIndices: boolean): string {
  const code = String(extensions['code']);
  const isExact = hasIndices && !code.startsWith('SUBGRAPH_');
  const place = path.map((step) => (typeof step === 'number' && !isExact ? '@' : step));
  return `${code} ${place.join('.')}`;
}
