import type { HttpRequest } from '@tributary/runtime/http/http-message';
import {
  type PreparedResponse,
  prepareResponse,
  type RecalledResponse,
} from '@tributary/runtime/http/prepared-response';
import type { HeaderList } from '@tributary/runtime/http/security-headers';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { refuseCrossSite } from '../edge/cross-site.ts';
import { EXPLAIN_HEADER } from '../explain/explain-access.ts';
import { authenticate } from '../identity/authenticate.ts';
import type { TokenVerifier } from '../identity/token-verifier.ts';
import type { OperationIdentity } from '../planning/compiled-supergraph.ts';
import type { RateLimits } from '../rate-limit/open-rate-limits.ts';
import { type Payer, rateLimitHeaders } from '../rate-limit/request-account.ts';
import type { SessionTokens } from '../session-token/session-tokens.ts';
import type { CallerKey } from '../sharing/caller-key.ts';
import { mediaTypeFor } from '../short-cut/media-type.ts';
import type { CompiledGateway } from '../supergraph/compiled-gateway.ts';
import type { GatewayOperation } from '../supergraph/gateway-operation.ts';
import type { AnswerCache } from './answer-cache.ts';
import { variablesText } from './answer-key.ts';
import { isKnownTo, type Representation } from './representation.ts';
import type { Representations } from './representations.ts';
import { SeenQueries, SeenQuery } from './seen-queries.ts';
import { ageSeconds, type StoredAnswer } from './stored-answer.ts';

export interface QueryRecallOptions {
  readonly gateway: Pick<CompiledGateway, 'identifierOf' | 'isServingVersion'>;
  readonly answers: Pick<AnswerCache, 'peek'>;
  readonly representations: Representations;
  readonly verifier: TokenVerifier | undefined;
  readonly callerKey: CallerKey;
  readonly allowedOrigins: ReadonlySet<string>;
  /** Header by which clients say who they are, where that may decide what they ask for. */
  readonly clientHeader: string;
  /** Another object whenever other operations may be let in than before. */
  readonly admitted: () => object | undefined;
  /** How clients are limited, whose tokens an answer takes here, too; absent where they are not. */
  readonly rateLimits?: RateLimits | undefined;
  /** Whoever brings a token may be shown less than what is at hand; absent where nobody gets any. */
  readonly sessions?: Pick<SessionTokens, 'isBroughtBy'> | undefined;
  /** Of answers that have none of the same name. */
  readonly defaultHeaders: HeaderList;
  readonly nowMs?: () => number;
}

interface PreparedRepresentation {
  readonly whole: PreparedResponse;
  readonly notModified: PreparedResponse;
}

const SEEN_QUERIES_BYTES = 32 * 1024 * 1024;

/**
 * Answers a request that came before by its very bytes, when its answer is at hand: nothing is parsed, validated or planned. Who asks
 * is settled as for every request, and what a request of theirs may not have is left to the handler to refuse.
 */
export class QueryRecall {
  readonly #options: QueryRecallOptions;
  readonly #seen = new SeenQueries(SEEN_QUERIES_BYTES);
  readonly #prepared = new WeakMap<Representation, PreparedRepresentation>();
  readonly #nowMs: () => number;

  constructor(options: QueryRecallOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? Date.now;
  }

  /** Keeps what a request asks for, which was let in and answered. */
  remember({ source, headers }: HttpRequest, asked: GatewayOperation): void {
    if (source === undefined) return;
    const { clientHeader, gateway } = this.#options;
    // Other operations may be let in by now: it is remembered as one of those that were when it came.
    const [client, state] = [headers.get(clientHeader), asked.context.admittedBy];
    if (this.#seen.find(source, client, state)?.version === gateway.identifierOf(asked).version) return;
    const variables = variablesText(asked.variables);
    if (variables === undefined) return;
    const query = new SeenQuery(gateway.identifierOf(asked), variables, {
      stats: asked.context.outcome?.stats,
      usage: asked.context.usage,
    });
    this.#seen.remember(source, client, state, query);
  }

  /** Answers a request, or leaves it (`undefined`) to its handler. */
  answer(request: HttpRequest): RecalledResponse | undefined | Promise<RecalledResponse | undefined> {
    const { source, headers } = request;
    const { clientHeader, admitted, gateway, verifier } = this.#options;
    const contentType = mediaTypeFor(headers.get('accept'));
    if (source === undefined || contentType === undefined || headers.has(EXPLAIN_HEADER)) return undefined;
    if (this.#options.sessions?.isBroughtBy(headers)) return undefined;
    const query = this.#seen.find(source, headers.get(clientHeader), admitted());
    if (!query || !gateway.isServingVersion(query.version) || !this.#isLetIn(request)) return undefined;
    const beganAtMs = query.stats ? performance.now() : 0;
    const authorization = headers.get('authorization');
    const answered =
      authorization === undefined
        ? this.#answerTo(null, query, request, contentType)
        : authenticate(authorization, verifier).then(
            (viewer) => this.#answerTo(viewer, query, request, contentType),
            () => undefined,
          );
    return query.stats || query.usage ? counted(answered, query, beganAtMs) : answered;
  }

  #isLetIn(request: HttpRequest): boolean {
    if (request.method !== 'GET') return true;
    if (request.headers.has('content-type')) return false;
    try {
      refuseCrossSite(request, this.#options.allowedOrigins);
      return true;
    } catch {
      return false;
    }
  }

  #answerTo(viewer: Viewer | null, query: SeenQuery, request: HttpRequest, contentType: string) {
    const identity = query.identify(viewer);
    if (!(identity instanceof Promise)) return this.#find(identity, viewer, query, request, contentType);
    return identity.then((decided) => this.#find(decided, viewer, query, request, contentType));
  }

  #find(
    identity: OperationIdentity,
    viewer: Viewer | null,
    query: SeenQuery,
    request: HttpRequest,
    contentType: string,
  ): RecalledResponse | undefined | Promise<RecalledResponse | undefined> {
    const { answers, callerKey, rateLimits } = this.#options;
    const { headers } = request;
    const keys = query.keysFor(identity, callerKey(null, headers));
    const stored = answers.peek(keys, () => callerKey(viewer, headers));
    if (!stored) return undefined;
    const payer = rateLimits?.payerOf(viewer, request);
    if (!payer) return this.#represent(stored, request, contentType, payer);
    const verdict = payer.bucket.spend(rateLimits?.operationCost ?? 0);
    if (!(verdict instanceof Promise)) {
      return verdict.isAdmitted ? this.#represent(stored, request, contentType, payer) : undefined;
    }
    return verdict.then(({ isAdmitted }) =>
      isAdmitted ? this.#represent(stored, request, contentType, payer) : undefined,
    );
  }

  #represent(
    stored: StoredAnswer,
    request: HttpRequest,
    contentType: string,
    payer: Payer | undefined,
  ): RecalledResponse | Promise<RecalledResponse> {
    const { representations } = this.#options;
    const acceptEncoding = request.headers.get('accept-encoding');
    const found = representations.of(stored, { contentType, acceptEncoding });
    if (!(found instanceof Promise)) return this.#response(stored, found, request, payer);
    return found.then((representation) => this.#response(stored, representation, request, payer));
  }

  #response(
    stored: StoredAnswer,
    representation: Representation,
    { method, headers }: HttpRequest,
    payer: Payer | undefined,
  ): RecalledResponse {
    const { whole, notModified } = this.#prepare(representation);
    const isKnown = method === 'GET' && isKnownTo(headers.get('if-none-match'), representation);
    const age = String(ageSeconds(stored, this.#nowMs()));
    const ownHead = ['age', age];
    if (payer) for (const header of rateLimitHeaders(payer)) ownHead.push(...header);
    return { prepared: isKnown ? notModified : whole, ownHead };
  }

  #prepare(representation: Representation): PreparedRepresentation {
    const known = this.#prepared.get(representation);
    if (known) return known;
    const { headers, notModifiedHeaders, body } = representation;
    const { defaultHeaders } = this.#options;
    const prepared = {
      whole: prepareResponse({ status: 200, headers, body }, defaultHeaders),
      notModified: prepareResponse({ status: 304, headers: notModifiedHeaders, body: undefined }, defaultHeaders),
    };
    this.#prepared.set(representation, prepared);
    return prepared;
  }
}

/** What a request is answered that began then, once that is counted. */
function counted<Answered extends RecalledResponse | undefined | Promise<RecalledResponse | undefined>>(
  answered: Answered,
  query: SeenQuery,
  beganAtMs: number,
): Answered {
  const count = (response: RecalledResponse | undefined): void => {
    if (!response) return;
    query.countUse();
    query.stats?.ended('ok', performance.now() - beganAtMs);
  };
  if (answered instanceof Promise) answered.then(count, () => undefined);
  else count(answered);
  return answered;
}
