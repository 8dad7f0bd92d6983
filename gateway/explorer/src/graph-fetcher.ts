import type { Fetcher, FetcherParams, FetcherReturnType } from '@graphiql/toolkit';
import { type DocumentNode, getOperationAST, Kind } from 'graphql';
import { resultsIn } from './event-stream.ts';
import type { Explained } from './explain/explanation.ts';
import type { Store } from './store.ts';
import type { ViewerSession } from './viewer-session.ts';

/** What GraphiQL names its question about the schema. */
const INTROSPECTION = 'IntrospectionQuery';

interface FetcherOptions {
  readonly session: ViewerSession;
  /** Whether to have operations explained. */
  readonly isExplaining: Store<boolean>;
  /** Given what there is to know of the last operation. */
  readonly explained: Store<Explained | undefined>;
}

/**
 * Sends operations as the chosen viewer. How an answer came to be is taken out of it and handed on, so that what is shown as the answer
 * is what an application gets.
 */
export function createGraphFetcher({ session, isExplaining, explained }: FetcherOptions): Fetcher {
  const ask = async (body: FetcherParams, headers: Record<string, string>): Promise<FetcherReturnType> => {
    const title = body.operationName ?? 'Operation';
    // What was explained before stays where it is, with what somebody has unfolded of it.
    if (explained.get()?.phase !== 'explained') explained.set({ phase: 'asking', title });
    const asked = post(body, { ...headers, 'x-tributary-explain': '1' }).then(toJson);
    const { extensions = {}, ...answer } = await asked.catch((error: unknown) => {
      explained.set({ phase: 'unexplained', title });
      throw error;
    });
    const { explain, ...others } = extensions;
    explained.set(explain ? { phase: 'explained', title, explanation: explain } : { phase: 'unexplained', title });
    return Object.keys(others).length > 0 ? { ...answer, extensions: others } : answer;
  };

  return async (body, options) => {
    const headers = { ...(await session.headers()), ...options?.headers };
    if (isSubscription(options?.documentAST, body.operationName)) return subscribe(body, headers);
    if (body.operationName === INTROSPECTION || !isExplaining.get()) return post(body, headers).then(toJson);
    return ask(body, headers);
  };
}

function post(body: FetcherParams, headers: Record<string, string>): Promise<Response> {
  return fetch('/graphql', {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

function toJson(response: Response) {
  return response.json();
}

async function subscribe(body: FetcherParams, headers: Record<string, string>): Promise<FetcherReturnType> {
  const response = await post(body, { ...headers, accept: 'text/event-stream' });
  if (!response.body || !response.headers.get('content-type')?.startsWith('text/event-stream')) return toJson(response);
  return resultsIn(response.body);
}

function isSubscription(document: DocumentNode | undefined, operationName: string | undefined | null): boolean {
  const operation = document && document.kind === Kind.DOCUMENT ? getOperationAST(document, operationName) : undefined;
  return operation?.operation === 'subscription';
}
