import type { ServiceCertificate } from '@tributary/runtime/tls/service-certificate';
import { type AttemptFailure, howItFailed, isOfInstance, toSubgraphFailure } from './attempt-failure.ts';
import { Deadlines } from './deadlines.ts';
import { type AbortState, Exchange, type RawResponse } from './exchange.ts';
import { InstanceChoice } from './instance-choice.ts';
import { Retries } from './retries.ts';
import { RetryBudget } from './retry-budget.ts';
import { readSubgraphAnswer, type SubgraphAnswer } from './subgraph-answer.ts';
import { SubgraphFailure, type SubgraphFailureCode } from './subgraph-failure.ts';
import { SubgraphInstance } from './subgraph-instance.ts';
import type { SubgraphLoad, SubgraphTraffic } from './subgraph-traffic.ts';

export interface SubgraphClientOptions {
  name: string;
  /** One an instance; each request goes to the one with the least to do. */
  urls: readonly URL[];
  /** From sending a request to the last byte of its answer. */
  timeoutMs: number;
  /** Per URL; further requests wait for a free one within their time-out. */
  connectionLimit: number;
  /** How many wait, per URL; those beyond are refused at once, so that one subgraph cannot keep all requests to itself. */
  waitingLimit: number;
  /** A longer answer is a failure, so that one subgraph cannot fill the gateway's memory. */
  responseLimitBytes: number;
  /** Shown where a URL is https; its authority is the one that counts there. */
  certificate?: ServiceCertificate | undefined;
  /** Makes the headers of probes: they have to be let in as other requests are. */
  probeHeaders?: HeadersOf | undefined;
  /** Told when an instance gets no requests any more, or gets them again. */
  onInstanceChange?: ((change: InstanceChange) => void) | undefined;
  /** Told of what is asked of a subgraph; absent where nothing is measured. */
  trafficOf?: ((subgraph: string) => SubgraphTraffic) | undefined;
}

/** An instance that was ejected, or is back. */
export interface InstanceChange {
  readonly subgraph: string;
  readonly url: string;
  readonly isEjected: boolean;
  readonly why: string;
}

/** How one request is sent. */
export interface SendOptions {
  /** Shorter than usual, for a probe. */
  timeoutMs?: number;
  /** When whoever asked waits no longer, as a `performance.now()`. */
  deadlineMs?: number | undefined;
  /** Looked at every 50 ms: the request is cut off once it is aborted. */
  signal?: AbortState | undefined;
  /** Whether it changes nothing, so that it may go out again when no answer has come. */
  isRepeatable?: boolean;
  /** Whether what it changes is changed once, however often it comes: so that it may go out again when its connection broke. */
  isIdempotent?: boolean | undefined;
}

/** A request that is about to go out. */
export interface OutgoingRequest {
  /** The name of the one that it goes to. */
  subgraph: string;
  method: 'GET' | 'POST';
  /** Path and query string. */
  target: string;
  body: string;
}

/** Makes the headers of a request, names and values in turn. It is asked anew whenever a request goes out, also for the same again. */
export type HeadersOf = (request: OutgoingRequest) => readonly string[];

/** A subgraph as seen over HTTP. */
export interface SubgraphClient {
  readonly name: string;
  /**
   * Sends one GraphQL request.
   * @param body the request as JSON text
   * @param headersOf makes the headers beyond the content type
   * @throws SubgraphFailure and nothing else
   */
  send(body: string, headersOf?: HeadersOf, options?: SendOptions): Promise<ReceivedAnswer>;
  /** Closes all connections, also under a request: nobody waits for its answer once the edge has stopped. */
  stop(): Promise<void>;
}

/** An answer and how large it was on the wire. */
export interface ReceivedAnswer {
  answer: SubgraphAnswer;
  responseBytes: number;
  /** Its header of that name. */
  cacheControl?: string | undefined;
  /** Its header `x-tributary-session`. */
  session?: string | undefined;
  /** Of the span in which it was fetched; absent where that is not recorded. */
  traceparent?: string | undefined;
}

/** What a proxy in front of a subgraph answers when the subgraph itself does not. */
const UNAVAILABLE_STATUSES = new Set([502, 503, 504]);

/** An instance that keeps all its requests waiting for so long is probed; the only one that is left gets more time. */
const QUIET_LIMIT_MS = { oneOfSeveral: 1_000, theOnlyOne: 3_000 };

const CONNECT_TIMEOUT_MS = 2_000;

const noHeaders: HeadersOf = () => [];
const NO_OPTIONS: SendOptions = {};

/** Opens keep-alive connection pools to the instances of a subgraph; nothing is sent yet. */
export function createSubgraphClient(options: SubgraphClientOptions): SubgraphClient {
  const { name, onInstanceChange } = options;
  const deadlines = new Deadlines(watchInstances);
  const instances = options.urls.map(
    (url) =>
      new SubgraphInstance({
        ...options,
        subgraph: name,
        url,
        connectTimeoutMs: Math.min(options.timeoutMs, CONNECT_TIMEOUT_MS),
        deadlines,
        probeHeaders: options.probeHeaders ?? noHeaders,
        onChange: (change) => onInstanceChange?.({ subgraph: name, url: url.href, ...change }),
      }),
  );
  const choice = new InstanceChoice(instances);
  const budget = new RetryBudget(options.connectionLimit);
  const traffic = options.trafficOf?.(name);
  const unwatch = traffic?.watch(load);

  function watchInstances(nowMs: number): void {
    for (const instance of instances) {
      const limitMs = choice.hasOther(instance) ? QUIET_LIMIT_MS.oneOfSeveral : QUIET_LIMIT_MS.theOnlyOne;
      if (instance.quietForMs(nowMs) >= limitMs) instance.health.suspect();
    }
  }

  function noteFailure(failure: AttemptFailure, instance: SubgraphInstance, hadFullTime: boolean): void {
    if (failure === 'not sent' && choice.hasOther(instance)) instance.health.refused();
    else if (isOfInstance(failure, { hadFullTime })) instance.health.failed();
  }

  return {
    name,
    async send(body, headersOf = noHeaders, sendOptions = NO_OPTIONS) {
      const sentAtMs = performance.now();
      const usualDeadlineMs = sentAtMs + options.timeoutMs;
      const { timeoutMs = options.timeoutMs, signal, isRepeatable = false, isIdempotent = false } = sendOptions;
      const deadlineMs = Math.min(sentAtMs + timeoutMs, sendOptions.deadlineMs ?? usualDeadlineMs);
      budget.addRequest();
      const retries = new Retries({ choice, budget, deadlineMs, isRepeatable, isIdempotent });
      let nowMs = sentAtMs;
      let instance = choice.next(nowMs);
      for (;;) {
        if (!instance) throw ended(failureOf('SUBGRAPH_UNAVAILABLE', 'none of its instances is well'), sentAtMs);
        // It is the one with the least to do.
        if (instance.isFull) throw ended(failureOf('SUBGRAPH_BUSY', 'too many requests wait for it'), sentAtMs);
        const exchange = new Exchange(deadlines, { deadlineMs, signal, retry: retries.early(instance, nowMs) });
        let response: RawResponse | undefined;
        try {
          instance.send(exchange, { headersOf, body, leftMs: deadlineMs - nowMs }, nowMs);
          response = await exchange.response;
          instance.ended(response);
          const answer = readAnswer(response, name);
          instance.health.succeeded();
          traffic?.ended(answer.errors.length === 0 ? 'ok' : 'graphql-errors', performance.now() - sentAtMs);
          const { body: received, cacheControl, session } = response;
          return { answer, responseBytes: received.length, cacheControl, session };
        } catch (error) {
          if (!response) instance.ended();
          const failure = howItFailed(error, exchange);
          noteFailure(failure, instance, deadlineMs === usualDeadlineMs);
          instance = await retries.next(failure, instance);
          if (!instance) throw ended(toSubgraphFailure(error, name), sentAtMs, failure);
          nowMs = performance.now();
        }
      }
    },
    async stop() {
      unwatch?.();
      await Promise.all(instances.map((instance) => instance.stop()));
    },
  };

  function ended(failure: SubgraphFailure, sentAtMs: number, how?: AttemptFailure): SubgraphFailure {
    traffic?.ended(how === 'abandoned' ? how : failure.code, performance.now() - sentAtMs);
    return failure;
  }

  function load(): SubgraphLoad {
    const ejected = instances.filter(({ health }) => health.isEjected).length;
    return {
      inFlight: instances.reduce((sum, { outstanding }) => sum + outstanding, 0),
      instances: { well: instances.length - ejected, ejected },
      retries: { sent: budget.taken, overBudget: budget.refused, left: budget.left },
    };
  }

  function failureOf(code: SubgraphFailureCode, why: string): SubgraphFailure {
    return new SubgraphFailure(code, name, new Error(why));
  }
}

function readAnswer({ status, body }: RawResponse, service: string): SubgraphAnswer {
  try {
    return readSubgraphAnswer(body.toString('utf8'), { status, service });
  } catch (error) {
    const code = UNAVAILABLE_STATUSES.has(status) ? 'SUBGRAPH_UNAVAILABLE' : 'SUBGRAPH_INVALID_RESPONSE';
    throw new SubgraphFailure(code, service, error);
  }
}
