import type { RequestHeaders } from '@tributary/runtime/http/http-message';
import type { Viewer } from '@tributary/runtime/viewer/viewer';

/** Tells callers apart as far as answers may depend on them: equal texts for those whom the same may be answered. */
export type CallerKey = (viewer: Viewer | null, headers: Pick<RequestHeaders, 'get'>) => string;

const NOBODY = JSON.stringify([null]);

/**
 * All that subgraphs are told about a viewer is part of the key, and the headers that are listed. What differs from request to
 * request by nature (its id, its trace, its deadline, the time of a signature) has no place in it.
 */
export function createCallerKey(headerNames: readonly string[]): CallerKey {
  if (headerNames.length === 0) return (viewer) => (viewer === null ? NOBODY : JSON.stringify([viewer]));
  return (viewer, headers) => JSON.stringify([viewer, ...headerNames.map((name) => headers.get(name))]);
}
