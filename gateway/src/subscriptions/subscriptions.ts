import { CodedError } from '@tributary/runtime/errors/coded-error';
import type { HttpResponse } from '@tributary/runtime/http/http-message';
import { createFailureLog } from '@tributary/runtime/logging/failure-log';
import type { Logger } from '@tributary/runtime/logging/logger';
import type { ViewerEvent, ViewerEvents } from '@tributary/runtime/viewer-events/viewer-events';
import { type DocumentNode, type GraphQLSchema, getArgumentValues, getVariableValues } from 'graphql';
import type { ErrorFormatter } from '../edge/format-error.ts';
import type { AnswerError } from '../execution/failure-log.ts';
import { answerBody } from '../execution/shaping/answer-body.ts';
import { authenticate } from '../identity/authenticate.ts';
import type { TokenVerifier } from '../identity/token-verifier.ts';
import type { AdmitOperation } from '../rate-limit/operation-admission.ts';
import type { CompiledGateway } from '../supergraph/compiled-gateway.ts';
import { toGraphQLError } from '../supergraph/graphql-error.ts';
import { type DerivedQuery, deriveQuery } from './derived-query.ts';
import { completedFrames, STREAM_HEADERS } from './event-frames.ts';
import { createEventResults, type EventResults } from './event-results.ts';
import { OpenStreams } from './open-streams.ts';
import type { AskedSubscription } from './stream-request.ts';
import { type EndingCode, Subscription } from './subscription.ts';
import type { SubscriptionFields } from './subscription-fields.ts';
import type { SubscriptionLimits } from './subscription-limits.ts';

export interface SubscriptionsOptions {
  readonly gateway: CompiledGateway;
  /** Takes what events cost their viewers; absent where operations are not weighed. */
  readonly admit?: AdmitOperation | undefined;
  /** As for `createEventResults`. */
  readonly operationCost?: number | undefined;
  readonly events: ViewerEvents;
  readonly verifier: TokenVerifier | undefined;
  readonly limits: SubscriptionLimits;
  readonly formatError: ErrorFormatter;
  readonly logger: Logger;
}

/** What a client brings to a stream besides its operation. */
export interface StreamCaller {
  readonly authorization: string | undefined;
  /** Where it was when it heard of events before. */
  readonly lastEventId: string | undefined;
}

interface KnownSchema {
  readonly fields: SubscriptionFields;
  readonly queries: WeakMap<DocumentNode, Map<string | undefined, DerivedQuery | undefined>>;
}

const GAP = new CodedError(
  'SUBSCRIPTION_EVENTS_MISSED',
  'Events may be missing here: query anew what is shown, and go on with this stream',
);

/** Serves the subscriptions of a supergraph to viewers. It is made before the supergraph is loaded. */
export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  readonly #streams: OpenStreams;
  readonly #resultFor: EventResults;
  readonly #onFailure: (error: unknown) => void;
  readonly #gapResult: string;
  readonly #schemas = new WeakMap<GraphQLSchema, KnownSchema>();

  constructor(options: SubscriptionsOptions) {
    const { gateway, formatError, logger } = options;
    this.#options = options;
    this.#streams = new OpenStreams(options);
    this.#resultFor = createEventResults(options);
    this.#onFailure = createFailureLog({ logger, component: 'subscriptions' });
    this.#gapResult = JSON.stringify({ errors: [formatError(GAP.toJSON(), GAP)] });
    gateway.onSchemaLoadOrUpdate(({ apiSchema }) => {
      const { fields, mistake } = gateway.subscriptionsOf(apiSchema);
      // It keeps no supergraph from being served.
      if (mistake !== undefined) logger.error({ mistake }, 'the subscriptions of the supergraph are not served');
      this.#schemas.set(apiSchema, { fields, queries: new WeakMap() });
      // What they select may mean something else by now.
      this.#streams.endAll('SUBSCRIPTIONS_UNAVAILABLE');
    });
  }

  /** How many streams are open. */
  get count(): number {
    return this.#streams.count;
  }

  /**
   * Opens the stream of a subscription; the caller has been asked for whatever every operation is asked for.
   * @throws CodedError UNAUTHENTICATED, TOO_MANY_SUBSCRIPTIONS, SUBSCRIPTIONS_UNAVAILABLE, BAD_USER_INPUT, GRAPHQL_VALIDATION_FAILED,
   *   and what planning throws
   * @returns the stream; one of a single result, which is complete, where the field is not for this viewer
   */
  async open(asked: AskedSubscription, caller: StreamCaller): Promise<HttpResponse> {
    const { viewer } = asked.context;
    if (!viewer) throw new CodedError('UNAUTHENTICATED', 'Log in to subscribe');
    const query = this.#queryOf(asked);
    if (!query)
      throw new CodedError('GRAPHQL_VALIDATION_FAILED', 'Nobody says when this field of Subscription changes');
    const refusal = await this.#options.gateway.refusalOf(asked);
    if (refusal.length > 0) return { status: 200, headers: STREAM_HEADERS, body: this.#refused(refusal) };
    await this.#options.gateway.prepare({ ...asked, document: query.document });
    const stream = this.#streamOf(viewer.userId, asked, query, caller);
    this.#streams.add(stream);
    const gone = asked.signal.toAbortSignal();
    gone.addEventListener('abort', () => stream.end('gone'), { once: true });
    try {
      await stream.open(caller.lastEventId);
    } catch (cause) {
      stream.end('gone');
      this.#onFailure(cause);
      throw new CodedError('SUBSCRIPTIONS_UNAVAILABLE', 'Events cannot be heard at the moment', { cause });
    }
    if (gone.aborted) stream.end('gone');
    return { status: 200, headers: STREAM_HEADERS, body: stream.frames(), cut: stream.cut };
  }

  /** Takes no more streams, and ends those that are open so that their clients connect elsewhere. */
  stop(): Promise<void> {
    return this.#streams.stop();
  }

  #refused(refusal: readonly AnswerError[]): string {
    const errors = refusal.map(toGraphQLError).map((error) => this.#options.formatError(error.toJSON(), error));
    return completedFrames(answerBody('null', errors).toString());
  }

  /** Streams of one document have one query, so that what is compiled for it is found. */
  #queryOf({ schema, document, operationName }: AskedSubscription): DerivedQuery | undefined {
    const known = this.#schemas.get(schema);
    if (!known) return undefined;
    const ofDocument = known.queries.get(document) ?? new Map<string | undefined, DerivedQuery | undefined>();
    known.queries.set(document, ofDocument);
    if (!ofDocument.has(operationName)) {
      ofDocument.set(operationName, deriveQuery(document, operationName, { schema, fields: known.fields }));
    }
    return ofDocument.get(operationName);
  }

  #streamOf(
    viewerId: string,
    asked: AskedSubscription,
    query: DerivedQuery,
    { authorization }: StreamCaller,
  ): Subscription {
    const { events, verifier, limits, logger } = this.#options;
    const { requestId } = asked.context;
    const stream: Subscription = new Subscription({
      viewerId,
      isAskedFor: filterOf(asked, query),
      resultOf: (event) => this.#resultFor(asked, query, event),
      refusalOf: () => refusalOf(authorization, verifier),
      gapResult: this.#gapResult,
      read: (after) => events.read(viewerId, after),
      waitingLimit: limits.waiting,
      stuckMs: limits.stuckMs,
      onFailure: this.#onFailure,
      onClosed: (code) => {
        this.#streams.remove(stream);
        if (code === 'SUBSCRIPTION_TOO_SLOW') logger.info({ requestId, viewerId, code }, 'a stream was ended');
      },
    });
    return stream;
  }
}

/** @throws CodedError BAD_USER_INPUT for variables that do not fit */
function filterOf({ schema, variables }: AskedSubscription, query: DerivedQuery): (event: ViewerEvent) => boolean {
  const { operation, selected, field } = query;
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  if (errors) throw new CodedError('BAD_USER_INPUT', errors.map(({ message }) => message).join('\n'));
  const definition = schema.getSubscriptionType()?.getFields()[selected.name.value];
  const wanted = definition ? Object.entries(getArgumentValues(definition, selected, coerced)) : [];
  return ({ name, payload }) =>
    name === field.event && wanted.every(([argument, value]) => value === null || payload[argument] === value);
}

/** Why a token does not count any more. */
async function refusalOf(
  authorization: string | undefined,
  verifier: TokenVerifier | undefined,
): Promise<EndingCode | undefined> {
  try {
    await authenticate(authorization, verifier);
    return undefined;
  } catch (error) {
    const code = error instanceof CodedError ? error.code : undefined;
    return code === 'TOKEN_EXPIRED' || code === 'SUBGRAPH_UNAVAILABLE' ? code : 'TOKEN_INVALID';
  }
}
