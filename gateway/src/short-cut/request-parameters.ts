import type { HttpRequest } from '@tributary/runtime/http/http-message';
import { isJsonObject, type JsonObject } from '../subgraph-fetch/json-object.ts';

/** What a request asks for. */
export interface RequestParameters {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<JsonObject>;
}

/**
 * Reads the parameters of a request that is plain: well formed, and without extensions.
 *
 * @returns `undefined` for every other request, which Apollo Server may still have an answer to
 */
export function readParameters({ method, headers, search, body }: HttpRequest): RequestParameters | undefined {
  if (method === 'POST') return readObject(body);
  return method === 'GET' && !headers.has('content-type') ? readSearch(search) : undefined;
}

function readObject(body: unknown): RequestParameters | undefined {
  if (!isJsonObject(body)) return undefined;
  const { query, operationName, variables, extensions } = body;
  const name = operationName ?? undefined;
  // An empty name is not the same as none: it names no operation.
  const isNamed = name === undefined || (typeof name === 'string' && name !== '');
  if (typeof query !== 'string' || !isNamed || (extensions ?? null) !== null) return undefined;
  if (!isJsonObject(variables ?? {})) return undefined;
  return { query, operationName: name, variables: isJsonObject(variables) ? variables : {} };
}

function readSearch(search: string): RequestParameters | undefined {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(search)) {
    if (parameters.has(name)) return undefined;
    parameters.set(name, value);
  }
  const variables = parseVariables(parameters.get('variables'));
  return variables && readObject({ ...Object.fromEntries(parameters), variables });
}

function parseVariables(text: string | undefined): Readonly<JsonObject> | undefined {
  if (text === undefined) return {};
  try {
    const variables: unknown = JSON.parse(text);
    return isJsonObject(variables) ? variables : undefined;
  } catch {
    return undefined;
  }
}
