import { minimumPositionsHeaders } from '@tributary/runtime/answer-policy/minimum-positions';
import { createBulkhead } from '@tributary/runtime/load/bulkhead';
import { runWithRequestWork } from '@tributary/runtime/request/request-work';
import type { ViewerEvent } from '@tributary/runtime/viewer-events/viewer-events';
import { GraphQLError, isNonNullType } from 'graphql';
import type { ErrorFormatter } from '../edge/format-error.ts';
import type { WrittenAnswer } from '../execution/compiled-operation.ts';
import { answerBody } from '../execution/shaping/answer-body.ts';
import type { AdmitOperation } from '../rate-limit/operation-admission.ts';
import { knowledgeOfCost } from '../rate-limit/operation-charge.ts';
import type { CompiledGateway } from '../supergraph/compiled-gateway.ts';
import type { GatewayOperation } from '../supergraph/gateway-operation.ts';
import { toGraphQLError } from '../supergraph/graphql-error.ts';
import type { DerivedQuery } from './derived-query.ts';
import type { AskedSubscription } from './stream-request.ts';

/** How many events are resolved at once, so that news for thousands keeps nobody from their queries. */
const AT_ONCE = 64;

/** Gives the result of a subscription for an event as JSON; `undefined` when there is nothing in it for its viewer. It does not reject. */
export type EventResults = (
  asked: AskedSubscription,
  query: DerivedQuery,
  event: ViewerEvent,
) => Promise<string | undefined>;

/**
 * Resolves events through the graph: as the viewer, with all that is decided about them, and reading nothing older than what the event
 * announces. Nothing of it is shared with other requests, and each costs the viewer what the same query does.
 */
export function createEventResults({
  gateway,
  admit,
  operationCost,
  formatError,
}: {
  gateway: Pick<CompiledGateway, 'answerInText'>;
  /** Takes what an event may cost its viewer; absent where operations are not weighed. */
  admit?: AdmitOperation | undefined;
  /** What an event takes from its viewer where operations are not weighed; nothing unless told. */
  operationCost?: number | undefined;
  formatError: ErrorFormatter;
}): EventResults {
  const inTurn = createBulkhead({
    atOnce: AT_ONCE,
    waiting: Number.POSITIVE_INFINITY,
    refusal: () => new Error('there is room for every event'),
  });
  const show = (error: GraphQLError) => formatError(error.toJSON(), error);

  /** @throws CodedError RATE_LIMITED, RATE_LIMITER_UNAVAILABLE, and what the gateway throws */
  async function charged(asked: GatewayOperation & { readonly isQuery: boolean }): Promise<WrittenAnswer> {
    const charge = await admit?.(asked);
    if (admit === undefined && operationCost !== undefined) await asked.context.account?.spend(operationCost);
    try {
      const answer = await gateway.answerInText(asked);
      charge?.settle(knowledgeOfCost(answer.errors, asked.context.signal));
      return answer;
    } finally {
      // Where it has not come to that.
      charge?.settle('unknown');
    }
  }

  return async (asked, query, event) =>
    runWithRequestWork(asked.context.requestId, async () => {
      try {
        const answer = await inTurn(() => charged(eventQuery(asked, query, event)));
        const dataText = dataOf(answer, asked, query);
        const errors = answer.errors.map((error) => show(toGraphQLError(error)));
        return dataText === undefined ? undefined : answerBody(dataText, errors).toString();
      } catch (error) {
        return answerBody('null', [show(thrownError(error))]).toString();
      }
    });
}

function eventQuery(asked: AskedSubscription, query: DerivedQuery, event: ViewerEvent) {
  const { schema, variables, signal } = asked;
  const { requestId, viewer, subgraphHeaders, account } = asked.context;
  const positions = minimumPositionsHeaders(event.positions);
  const ofEvent = [...query.eventVariables].map(([name, variable]) => [variable, event.payload[name]]);
  return {
    schema,
    document: query.document,
    operationName: undefined,
    isQuery: true,
    variables: { ...variables, ...Object.fromEntries(ofEvent) },
    context: {
      requestId,
      viewer,
      subgraphHeaders: (request: Parameters<typeof subgraphHeaders>[0]) => [...subgraphHeaders(request), ...positions],
      account: account?.renewed(),
      explain: undefined,
      signal,
    },
  };
}

/** What the viewer may not see, or what is gone by now, is no news: `undefined`. A failure is. */
function dataOf(
  { dataText, errors }: WrittenAnswer,
  { schema }: AskedSubscription,
  query: DerivedQuery,
): string | undefined {
  if (dataText === undefined) return 'null';
  const { alias, name } = query.selected;
  if (dataText !== JSON.stringify({ [(alias ?? name).value]: null })) return dataText;
  if (errors.length === 0) return undefined;
  return isNonNullType(schema.getSubscriptionType()?.getFields()[name.value]?.type) ? 'null' : dataText;
}

function thrownError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  return new GraphQLError('an event could not be resolved', {
    originalError: error instanceof Error ? error : undefined,
  });
}
