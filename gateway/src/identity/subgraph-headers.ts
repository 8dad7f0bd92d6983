import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { viewerHeaderName } from '@tributary/runtime/viewer/viewer-header';
import { createViewerHeaderSigner } from '@tributary/runtime/viewer/viewer-header-memory';

/** Makes the headers of all requests to subgraphs that one client request leads to. Nothing the client sent is among them. */
export type SubgraphHeaders = (request: {
  requestId: string;
  viewer: Viewer | null;
  isExplained: boolean;
  clientAddress?: string | undefined;
}) => Record<string, string>;

/** @param signingKey without one subgraphs get no viewer header, which foreign ones do not know anyway */
export function createSubgraphHeaders(signingKey: string | undefined): SubgraphHeaders {
  const sign = signingKey === undefined ? undefined : createViewerHeaderSigner(signingKey);
  return ({ requestId, ...vouched }) => ({
    'x-request-id': requestId,
    ...(sign && { [viewerHeaderName]: sign(vouched, Date.now()) }),
  });
}
