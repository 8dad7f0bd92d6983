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
  if (headerNames.length === 0) return createViewerKey();
  return (viewer, headers) => JSON.stringify([viewer, ...headerNames.map((name) => headers.get(name))]);
}

/** Remembers the keys of viewers for as long as they are remembered themselves: a token is sent with every request. */
function createViewerKey(): CallerKey {
  const known = new WeakMap<Viewer, string>();
  return (viewer) => {
    if (viewer === null) return NOBODY;
    const key = known.get(viewer);
    if (key !== undefined) return key;
    const made = JSON.stringify([viewer]);
    known.set(viewer, made);
    return made;
  };
}
