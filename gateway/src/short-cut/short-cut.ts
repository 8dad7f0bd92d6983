import type { HttpRequest, HttpResponse } from '@tributary/runtime/http/http-message';
import { runWithRequestWork } from '@tributary/runtime/request/request-work';
import type { GraphQLFormattedError } from 'graphql';
import type { ErrorFormatter } from '../edge/format-error.ts';
import { answerBody } from '../execution/answer-body.ts';
import type { AnswerError } from '../execution/failure-log.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { SharedBodies } from '../sharing/shared-bodies.ts';
import { type CompiledGateway, toGraphQLError } from '../supergraph/compiled-gateway.ts';
import type { KnownOperations } from './known-operations.ts';
import { mediaTypeFor } from './media-type.ts';
import { readParameters } from './request-parameters.ts';

export interface ShortCutOptions {
  readonly gateway: Pick<CompiledGateway, 'isServing' | 'answerInText'>;
  readonly knownOperations: Pick<KnownOperations, 'find'>;
  /** Decides what callers see of an error, as for answers of Apollo Server. */
  readonly formatError: ErrorFormatter;
}

/** Answers a request, or leaves it (`undefined`) to Apollo Server. */
export type ShortCut = (request: HttpRequest, context: GatewayContext) => Promise<HttpResponse | undefined>;

/**
 * Executes operations that Apollo Server has let in before without passing its pipeline again. It takes only what it answers as
 * Apollo Server does: a plain POST of a known text, or GET of a known query, without extensions, accepting what needs no negotiation,
 * and with variables that fit.
 */
export function createShortCut({ gateway, knownOperations, formatError }: ShortCutOptions): ShortCut {
  const sharedBodies = new SharedBodies();

  return async (request, context) => {
    const contentType = mediaTypeFor(request.headers.get('accept'));
    if (contentType === undefined || context.explain) return undefined;
    const parameters = readParameters(request);
    if (!parameters) return undefined;
    const known = knownOperations.find(parameters.query, parameters.operationName);
    if (!known || !gateway.isServing(known.schema)) return undefined;
    if (request.method === 'GET' && !known.isQuery) return undefined;

    const answer = await gateway.answerInText({ ...known, variables: parameters.variables, context });
    const { dataText, errors } = answer;
    // Nothing was executed, since the variables do not fit: that answer's status is Apollo Server's to decide.
    if (dataText === undefined) return undefined;
    const makeBody = () => answerBody(dataText, errors.length === 0 ? [] : shownIn(context, errors));
    // What is shown of an error may name the request, so those bodies are not shared.
    const isShared = context.sharing !== undefined && errors.length === 0;
    const body = isShared ? sharedBodies.bodyOf(answer, makeBody) : makeBody();
    return { status: 200, headers: [['content-type', contentType]], body };
  };

  function shownIn({ requestId }: GatewayContext, errors: readonly AnswerError[]): GraphQLFormattedError[] {
    return runWithRequestWork(requestId, () => errors.map(show));
  }

  function show(error: AnswerError): GraphQLFormattedError {
    const graphqlError = toGraphQLError(error);
    return formatError(graphqlError.toJSON(), graphqlError);
  }
}
