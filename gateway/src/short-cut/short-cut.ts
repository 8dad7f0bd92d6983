import type { HttpRequest, HttpResponse } from '@tributary/runtime/http/http-message';
import { runWithRequestWork } from '@tributary/runtime/request/request-work';
import type { GraphQLFormattedError } from 'graphql';
import type { Answered } from '../answer-cache/answer-cache.ts';
import type { AnswerCaching } from '../answer-cache/answer-caching.ts';
import type { ErrorFormatter } from '../edge/format-error.ts';
import { retryAfterOf } from '../edge/retry-after.ts';
import type { AnswerError } from '../execution/failure-log.ts';
import { answerBody } from '../execution/shaping/answer-body.ts';
import type { GatewayContext } from '../gateway-context.ts';
import type { OperationMetrics } from '../metrics/operation-metrics.ts';
import { CLIENT_NAME_HEADER } from '../persisted-operations/admission.ts';
import type { AdmitOperation } from '../rate-limit/operation-admission.ts';
import { knowledgeOfCost } from '../rate-limit/operation-charge.ts';
import { SharedBodies } from '../sharing/shared-bodies.ts';
import type { CompiledGateway } from '../supergraph/compiled-gateway.ts';
import type { GatewayOperation } from '../supergraph/gateway-operation.ts';
import { toGraphQLError } from '../supergraph/graphql-error.ts';
import type { UsageBook } from '../usage/usage-book.ts';
import type { KnownOperations } from './known-operations.ts';
import { mediaTypeFor } from './media-type.ts';
import { readParameters } from './request-parameters.ts';

export interface ShortCutOptions {
  readonly gateway: Pick<CompiledGateway, 'isServing' | 'answerInText'>;
  /** Asked for answers to queries; absent where none are kept. */
  readonly answerCaching?: Pick<AnswerCaching, 'answers' | 'respond' | 'remember'> | undefined;
  readonly knownOperations: Pick<KnownOperations, 'find'>;
  /** Takes what operations may cost; absent where they are not weighed. */
  readonly admit?: AdmitOperation | undefined;
  /** Decides what callers see of an error, as for answers of Apollo Server. */
  readonly formatError: ErrorFormatter;
  /** Absent where nothing is measured. */
  readonly operationMetrics?: Pick<OperationMetrics, 'statsOf'> | undefined;
  /** Counts what clients use; absent where nobody does. */
  readonly usage?: Pick<UsageBook, 'counterOf'> | undefined;
}

/** Answers a request, or leaves it (`undefined`) to Apollo Server. */
export type ShortCut = (request: HttpRequest, context: GatewayContext) => Promise<HttpResponse | undefined>;

/**
 * Executes operations that Apollo Server has let in before without passing its pipeline again. It takes only what it answers as
 * Apollo Server does: a plain POST of a known text, or GET of a known query, without extensions, accepting what needs no negotiation,
 * and with variables that fit.
 */
export function createShortCut(options: ShortCutOptions): ShortCut {
  const { gateway, knownOperations, admit, formatError, answerCaching, operationMetrics, usage } = options;
  const sharedBodies = new SharedBodies();

  return async (request, context) => {
    const contentType = mediaTypeFor(request.headers.get('accept'));
    if (contentType === undefined || context.explain) return undefined;
    const parameters = readParameters(request);
    if (!parameters) return undefined;
    const known = knownOperations.find(parameters.query, parameters.operationName);
    if (!known || !gateway.isServing(known.schema)) return undefined;
    if (request.method === 'GET' && !known.isQuery) return undefined;

    if (operationMetrics && context.outcome)
      context.outcome.stats = operationMetrics.statsOf(known.document, parameters.query);
    const asked = { ...known, variables: parameters.variables, context };
    const admitted = admit?.(asked);
    const charge = admitted instanceof Promise ? await admitted : admitted;
    const answered = await answerOf(asked).catch((error: unknown) => {
      charge?.settle('unknown');
      throw error;
    });
    // What Apollo Server is left with is counted there.
    if (usage && (answered.kind === 'stored' || answered.written.dataText !== undefined)) {
      context.usage = usage.counterOf(known, request.headers.get(CLIENT_NAME_HEADER));
      context.usage?.count(() => parameters.variables);
    }
    if (answered.kind === 'stored') {
      charge?.settle('known');
      answerCaching?.remember(request, asked);
      return answerCaching?.respond(answered.stored, request, contentType);
    }
    const answer = answered.written;
    const { dataText, errors } = answer;
    // Nothing was executed, since the variables do not fit: that answer's status is Apollo Server's to decide.
    if (dataText === undefined) {
      charge?.cancel();
      return undefined;
    }
    charge?.settle(knowledgeOfCost(errors, context.signal));
    context.outcome?.note(errors);
    const makeBody = () => answerBody(dataText, errors.length === 0 ? [] : shownIn(context, errors));
    // What is shown of an error may name the request, so those bodies are not shared.
    const isShared = context.sharing !== undefined && errors.length === 0;
    const body = isShared ? sharedBodies.bodyOf(answer, makeBody) : makeBody();
    return { status: 200, headers: [['content-type', contentType], ...retryAfterOf(errors)], body };
  };

  async function answerOf(asked: GatewayOperation & { readonly isQuery: boolean }): Promise<Answered> {
    const { audience } = asked.context;
    if (answerCaching && audience && asked.isQuery) return answerCaching.answers.answer(asked, audience);
    const written = await gateway.answerInText(asked);
    if (!asked.isQuery) await answerCaching?.answers.afterMutation();
    return { kind: 'written', written };
  }

  function shownIn({ requestId, trace }: GatewayContext, errors: readonly AnswerError[]): GraphQLFormattedError[] {
    return runWithRequestWork(requestId, () => errors.map(show), undefined, trace);
  }

  function show(error: AnswerError): GraphQLFormattedError {
    const graphqlError = toGraphQLError(error);
    return formatError(graphqlError.toJSON(), graphqlError);
  }
}
