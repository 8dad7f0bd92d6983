import type { GraphQLError, GraphQLFormattedError, GraphQLSchema } from 'graphql';
import type { OperationPolicy } from '../answer-policy/answer-policy.ts';
import { UNCACHEABLE_HEADER } from '../answer-policy/cache-hint.ts';
import { createErrorFormatter } from '../errors/format-error.ts';
import type { HttpResponse } from '../http/http-message.ts';
import type { Logger } from '../logging/logger.ts';
import { closedSchema } from './closed-schema.ts';
import type { CompiledResult } from './compiled/compile-operation.ts';
import { OperationCache } from './compiled/operation-cache.ts';
import { documentTokenLimit } from './document-token-limit.ts';
import type { GraphqlExecutor } from './graphql-executor.ts';
import { type GraphqlParameters, parseGraphqlParameters } from './graphql-parameters.ts';
import { RefusedRequest } from './refused-request.ts';
import { responseMediaType } from './response-media-type.ts';

const cacheLimitBytes = 64 * 1024 * 1024;

interface Answer {
  readonly status: number;
  readonly errors: readonly GraphQLFormattedError[] | undefined;
  readonly data?: unknown;
  readonly cachePolicy?: OperationPolicy | undefined;
}

/**
 * Parses, validates and compiles each text that is in use once, and writes answers straight from the result. It answers as the
 * Apollo executor does, at a fraction of the work.
 */
export function createCompiledExecutor<Context extends object>(options: {
  schema: GraphQLSchema;
  /** Whether introspection and `_service` are answered. */
  isDevelopment: boolean;
  logger: Logger;
}): GraphqlExecutor<Context> {
  const formatError = createErrorFormatter(options.logger);
  const operations = new OperationCache({
    schema: options.schema,
    validationRules: options.isDevelopment ? [] : [closedSchema],
    maxTokens: documentTokenLimit,
    sizeLimitBytes: cacheLimitBytes,
  });

  async function answer(asked: GraphqlParameters, context: Context): Promise<Answer> {
    try {
      const result = await operations.get(asked.query, asked.operationName).execute(context, asked.variables);
      return toAnswer(result, formatError);
    } catch (error) {
      if (error instanceof RefusedRequest) return { status: error.httpStatus, errors: error.errors };
      throw error;
    }
  }

  return {
    async execute({ headers, body }, context, { answerPolicy, extensions }): Promise<HttpResponse> {
      const contentType = responseMediaType(headers.get('accept'));
      const { status, errors, data, cachePolicy } = await answer(parseGraphqlParameters(body), context);
      return {
        status,
        headers: [
          ['content-type', contentType],
          ['cache-control', cachePolicy ? answerPolicy.headerFor(cachePolicy) : UNCACHEABLE_HEADER],
        ],
        body: `${JSON.stringify({ errors, data, extensions: extensions() })}\n`,
      };
    },
    stop: async () => {},
  };
}

/** Without `data` nothing was executed, because the variables did not fit. */
function toAnswer(
  { data, errors, cachePolicy }: CompiledResult,
  formatError: ReturnType<typeof createErrorFormatter>,
): Answer {
  const wasExecuted = data !== undefined;
  const code = wasExecuted ? 'INTERNAL_SERVER_ERROR' : 'BAD_USER_INPUT';
  const format = (error: GraphQLError) => {
    const formatted = error.toJSON();
    const { extensions } = error;
    return formatError({ ...formatted, extensions: { ...extensions, code: extensions['code'] ?? code } }, error);
  };
  return { status: wasExecuted ? 200 : 400, errors: errors?.map(format), data, cachePolicy };
}
