import { z } from 'zod';
import { CodedError } from '../errors/coded-error.ts';

/** What a GraphQL request asks for. */
export interface GraphqlParameters {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

const record = z.record(z.string(), z.unknown());
const parameters = z.object({
  query: z.string().min(1).optional(),
  operationName: z.string().nullish(),
  variables: record.nullish(),
  extensions: record.nullish(),
});

/**
 * Reads the parameters of a GraphQL request from the JSON value that is its body.
 *
 * @throws CodedError BAD_REQUEST when a parameter is missing or of another type than the GraphQL over HTTP specification says,
 *   PERSISTED_QUERY_NOT_SUPPORTED for a hash: the gateway sends whole documents
 */
export function parseGraphqlParameters(body: unknown): GraphqlParameters {
  const { success, data, error } = parameters.safeParse(body);
  if (!success) throw new CodedError('BAD_REQUEST', `This is no GraphQL request: ${z.prettifyError(error)}`);
  if (data.extensions?.['persistedQuery'])
    throw new CodedError('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');
  if (data.query === undefined) throw new CodedError('BAD_REQUEST', 'A GraphQL request needs a `query`');
  return { query: data.query, operationName: data.operationName ?? undefined, variables: data.variables ?? {} };
}
