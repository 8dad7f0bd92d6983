import type { LoaderBatchRecord, StatementRecord } from '@tributary/runtime/request/request-work';
import { signedHeaders } from '@tributary/runtime/testing/signed-headers';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { testSecret } from './secrets.ts';

/** The key that tests give to subgraphs and gateways. */
export const testSigningKey = testSecret('signing-key');

/** What to ask a subgraph, as a gateway that knows `testSigningKey` would. */
export interface SubgraphRequest {
  /** Its name, which the request is signed for. */
  readonly subgraph: string;
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  /** Anonymous when left out. */
  readonly viewer?: Viewer | null;
  /** Where the gateway's client is; not known when left out. */
  readonly clientAddress?: string;
}

/** The answer, with what the subgraph did for it. */
export interface SubgraphAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of every shape
  readonly data: any;
  readonly errors: readonly {
    message: string;
    path?: readonly (string | number)[];
    extensions: { code: string } & Record<string, unknown>;
  }[];
  readonly statements: readonly StatementRecord[];
  readonly loaderBatches: readonly LoaderBatchRecord[];
}

/** Sends one signed request with explain on to a subgraph at `url` (without a path). */
export async function callSubgraph(url: string, request: SubgraphRequest): Promise<SubgraphAnswer> {
  const { subgraph, viewer = null, clientAddress } = request;
  const body = JSON.stringify({ query: request.query, variables: request.variables ?? {} });
  const caller = { viewer, isExplained: true, clientAddress };
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...signedHeaders({ key: testSigningKey, subgraph, body, caller }) },
    body,
  });
  const { data, errors, extensions } = JSON.parse(await response.text());
  return {
    status: response.status,
    data,
    errors: errors ?? [],
    statements: extensions?.tributary?.statements ?? [],
    loaderBatches: extensions?.tributary?.loaderBatches ?? [],
  };
}
