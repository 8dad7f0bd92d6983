import { isJsonObject, type JsonObject } from './json-object.ts';

/** An error of a subgraph, cleaned of what a client must not see or cannot use. */
export interface SubgraphError {
  message: string;
  path?: (string | number)[];
  extensions: JsonObject;
}

/** A well-formed GraphQL response of a subgraph. */
export interface SubgraphAnswer {
  data: JsonObject | null | undefined;
  errors: SubgraphError[];
  extensions: JsonObject;
}

/**
 * Keys of an error's extensions that never leave the gateway: `http` would let a subgraph set the status of the whole answer,
 * the others carry stack traces.
 */
const WITHHELD_EXTENSIONS = ['http', 'stacktrace', 'exception'];

/**
 * Reads a GraphQL response out of a subgraph's body, trusting nothing about it. A body with errors counts whatever the HTTP
 * status is, since servers send 4xx and 5xx with them.
 *
 * @param service is put into every error's extensions
 * @throws Error saying what is wrong with it
 */
export function readSubgraphAnswer(
  body: string,
  { status, service }: { status: number; service: string },
): SubgraphAnswer {
  const answer = parseJson(body, status);
  const { data, errors = [], extensions } = answer;
  if (data !== undefined && data !== null && !isJsonObject(data)) throw new Error('"data" is not an object');
  if (!Array.isArray(errors)) throw new Error('"errors" is not a list');
  if (errors.length === 0 && status >= 400) throw new Error(`HTTP ${status} without errors`);
  if (errors.length === 0 && !data) throw new Error('neither data nor errors');
  return {
    data,
    errors: errors.map((error: unknown) => readError(error, service)),
    extensions: isJsonObject(extensions) ? extensions : {},
  };
}

function parseJson(body: string, status: number): JsonObject {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    throw new Error(`HTTP ${status} with a body that is not JSON`);
  }
  if (!isJsonObject(answer)) throw new Error(`HTTP ${status} with JSON that is not an object`);
  return answer;
}

function readError(error: unknown, service: string): SubgraphError {
  if (!isJsonObject(error)) throw new Error('an entry of "errors" is not an object');
  const extensions = isJsonObject(error['extensions']) ? error['extensions'] : {};
  const { message, path } = error;
  return {
    message: typeof message === 'string' && message !== '' ? message : 'An error without a message',
    ...(isPath(path) && { path }),
    extensions: {
      ...Object.fromEntries(Object.entries(extensions).filter(([key]) => !WITHHELD_EXTENSIONS.includes(key))),
      service,
    },
  };
}

function isPath(value: unknown): value is (string | number)[] {
  return Array.isArray(value) && value.every((step) => typeof step === 'string' || isIndex(step));
}

function isIndex(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
