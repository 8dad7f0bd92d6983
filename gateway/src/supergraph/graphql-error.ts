import { GraphQLError } from 'graphql';
import type { AnswerError } from '../execution/failure-log.ts';

/** An error of an answer in the class that Apollo Server and our formatter take. */
export function toGraphQLError(error: AnswerError): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const { message, path, extensions } = error;
  return new GraphQLError(message, { path: path ?? null, extensions });
}
