import type { RequestHeaders } from '@tributary/runtime/http/http-message';
import type { Viewer } from '@tributary/runtime/viewer/viewer';

/** Tells callers apart as far as answers may depend on them: equal texts for those whom the same may be answered. */
export type CallerKey = (caller: {
  viewer: Viewer | null;
  clientAddress: string | undefined;
  headers: Pick<RequestHeaders, 'get'>;
}) => string;

/**
 * All that subgraphs are told about a caller is part of the key, and the headers that are listed. What differs from request to
 * request by nature (its id, its trace, its deadline, the time of a signature) has no place in it.
 * @param options.isAddressTold whether subgraphs are told the address of the client
 */
export function createCallerKey(options: { headerNames: readonly string[]; isAddressTold: boolean }): CallerKey {
  const { headerNames, isAddressTold } = options;
  return ({ viewer, clientAddress, headers }) =>
    JSON.stringify([
      viewer,
      isAddressTold ? clientAddress : undefined,
      ...headerNames.map((name) => headers.get(name)),
    ]);
}
