import { CodedError } from '@tributary/runtime/errors/coded-error';
import type { HttpRequest } from '@tributary/runtime/http/http-message';
import { isJsonObject, type JsonObject } from '../subgraph-fetch/json-object.ts';

/** How a request names its operation. */
export interface AskedOperation {
  /** The text; `undefined` when there is none or it is empty. */
  readonly text: string | undefined;
  /** Of `extensions.persistedQuery`: the hash of a text, or the id of a published operation. */
  readonly id: string | undefined;
}

const PROTOCOL_VERSION = 1;
const ID_LIMIT = 256;

/**
 * Reads what Apollo Server would take for the text and the hash of a request: from the body of a POST, and from the URL of a GET.
 * Of a request that is no GraphQL request it finds nothing, or the first of several.
 *
 * @throws CodedError BAD_REQUEST for a persisted query of another version, or whose hash is no text of up to 256 characters
 */
export function readAskedOperation({ method, search, body }: HttpRequest): AskedOperation {
  if (method !== 'GET') return isJsonObject(body) ? asked(body['query'], body['extensions']) : asked(undefined, {});
  const parameters = new URLSearchParams(search);
  return asked(parameters.get('query'), parsed(parameters.get('extensions')));
}

/** A request for the text in place of the hash or id, in the form in which it came. */
export function withText(request: HttpRequest, text: string): HttpRequest {
  if (request.method !== 'GET') {
    const { extensions, ...body } = isJsonObject(request.body) ? request.body : {};
    const others = withoutPersistedQuery(extensions);
    return { ...request, body: { ...body, query: text, ...(others && { extensions: others }) } };
  }
  const parameters = new URLSearchParams(request.search);
  const others = withoutPersistedQuery(parsed(parameters.get('extensions')));
  parameters.set('query', text);
  if (others) parameters.set('extensions', JSON.stringify(others));
  else parameters.delete('extensions');
  return { ...request, search: `?${parameters}` };
}

function asked(query: unknown, extensions: unknown): AskedOperation {
  const text = typeof query === 'string' && query !== '' ? query : undefined;
  const persistedQuery = isJsonObject(extensions) ? (extensions['persistedQuery'] ?? undefined) : undefined;
  return { text, id: persistedQuery === undefined ? undefined : idOf(persistedQuery) };
}

function idOf(persistedQuery: unknown): string {
  const { version, sha256Hash }: JsonObject = isJsonObject(persistedQuery) ? persistedQuery : {};
  if (version !== PROTOCOL_VERSION) throw new CodedError('BAD_REQUEST', 'Unsupported persisted query version');
  if (typeof sha256Hash === 'string' && sha256Hash !== '' && sha256Hash.length <= ID_LIMIT) return sha256Hash;
  throw new CodedError('BAD_REQUEST', `The sha256Hash of a persisted query is a text of up to ${ID_LIMIT} characters`);
}

function withoutPersistedQuery(extensions: unknown): JsonObject | undefined {
  if (!isJsonObject(extensions)) return undefined;
  const { persistedQuery: _, ...others } = extensions;
  return Object.keys(others).length > 0 ? others : undefined;
}

/** What is no JSON is refused by whoever executes the request. */
function parsed(text: string | null): unknown {
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
