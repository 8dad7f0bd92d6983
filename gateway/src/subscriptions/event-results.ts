import { minimumPositionsHeaders } from '@tributary/runtime/answer-policy/minimum-positions';
import { createBulkhead } from '@tributary/runtime/load/bulkhead';
import { runWithRequestWork } from '@tributary/runtime/request/request-work';
import type { ViewerEvent } from '@tributary/runtime/viewer-events/viewer-events';
import { GraphQLError, isNonNullType } from 'graphql';
import type { ErrorFormatter } from '../edge/format-error.ts';
import type { WrittenAnswer } from '../execution/compiled-operation.ts';
import { answerBody } from '../execution/shaping/answer-body.ts';
import { type CompiledGateway, toGraphQLError } from '../supergraph/compiled-gateway.ts';
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
 * announces. Nothing of it is shared with other requests.
 */
export function createEventResults({
  gateway,
  formatError,
}: {
  gateway: Pick<CompiledGateway, 'answerInText'>;
  formatError: ErrorFormatter;
}): EventResults {
  const inTurn = createBulkhead({
    atOnce: AT_ONCE,
    waiting: Number.POSITIVE_INFINITY,
    refusal: () => new Error('there is room for every event'),
  });
  const show = (error: GraphQLError) => formatError(error.toJSON(), error);

  return async (asked, query, event) =>
    runWithRequestWork(asked.context.requestId, async () => {
      try {
        const answer = await inTurn(() => gateway.answerInText(eventQuery(asked, query, event)));
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
  const { requestId, viewer, subgraphHeaders } = asked.context;
  const positions = minimumPositionsHeaders(event.positions);
  const ofEvent = [...query.eventVariables].map(([name, variable]) => [variable, event.payload[name]]);
  return {
    schema,
    document: query.document,
    operationName: undefined,
    variables: { ...variables, ...Object.fromEntries(ofEvent) },
    isQuery: true,
    context: {
      requestId,
      viewer,
      subgraphHeaders: (request: Parameters<typeof subgraphHeaders>[0]) => [...subgraphHeaders(request), ...positions],
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
