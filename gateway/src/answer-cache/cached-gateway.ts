import { OperationTypeNode } from 'graphql';
import type { WrittenAnswer } from '../execution/compiled-operation.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { asksForSchema } from '../planning/introspection-fields.ts';
import type { ServerGateway } from '../supergraph/apollo-gateway.ts';
import type { CompiledGateway } from '../supergraph/compiled-gateway.ts';
import { toGraphQLError } from '../supergraph/graphql-error.ts';
import { refusedRequest } from '../supergraph/refused-request.ts';
import type { AnswerCache } from './answer-cache.ts';

type Executor = NonNullable<Awaited<ReturnType<ServerGateway['load']>>['executor']>;

/**
 * The gateway as Apollo Server takes it, for which answers come from the cache where they can. Its pipeline is passed by operations
 * that are seen for the first time, a thousand at once maybe, so they fill the cache like all others.
 */
export function withAnswerCache(gateway: CompiledGateway, answers: AnswerCache): ServerGateway {
  return {
    onSchemaLoadOrUpdate: (callback) => gateway.onSchemaLoadOrUpdate(callback),
    stop: () => gateway.stop(),
    async load() {
      const { executor } = await gateway.load();
      return { executor: (request) => execute(request, executor, answers) };
    },
  };
}

async function execute(
  request: Parameters<Executor>[0],
  executor: Executor,
  answers: AnswerCache,
): Promise<Awaited<ReturnType<Executor>>> {
  const { schema, document, operation, operationName } = request;
  const context = request.context as GatewayContext;
  if (operation.operation !== OperationTypeNode.QUERY) {
    const result = await executor(request);
    await answers.afterMutation();
    return result;
  }
  if (!context.audience || asksForSchema(document)) return executor(request);
  const variables = request.request.variables ?? {};
  const asked = { schema, document, operationName: operationName ?? undefined, variables, context };
  if (context.explain) {
    context.explain.recordAnswerCache(await answers.inspect(asked, context.audience));
    return executor(request);
  }
  const answered = await answers.answer(asked, context.audience).catch((error: unknown) => {
    throw refusedRequest(error);
  });
  return answered.kind === 'stored' ? JSON.parse(answered.stored.body.toString()) : resultOf(answered.written);
}

function resultOf({ dataText, errors }: WrittenAnswer): Awaited<ReturnType<Executor>> {
  const data = dataText === undefined ? undefined : JSON.parse(dataText);
  return { ...(data !== undefined && { data }), ...(errors.length > 0 && { errors: errors.map(toGraphQLError) }) };
}
