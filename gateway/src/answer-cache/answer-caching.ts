import type { Cache } from '@tributary/runtime/cache/cache';
import type { HttpRequest, HttpResponse } from '@tributary/runtime/http/http-message';
import type { CompiledGateway } from '../supergraph/compiled-gateway.ts';
import type { GatewayOperation } from '../supergraph/gateway-operation.ts';
import { AnswerCache } from './answer-cache.ts';
import { answerResponse } from './answer-response.ts';
import { QueryRecall, type QueryRecallOptions } from './query-recall.ts';
import type { RepresentationOptions } from './representation.ts';
import { Representations } from './representations.ts';
import type { StoredAnswer } from './stored-answer.ts';

/** How long answers are served beyond their time to live, and may be kept by others. */
export interface AnswerTolerance extends Pick<RepresentationOptions, 'sharedMaxAgeS'> {
  /** While they are refreshed. */
  readonly staleMs: number;
  /** While they cannot be refreshed. */
  readonly staleIfErrorMs: number;
}

export interface AnswerCachingOptions
  extends AnswerTolerance,
    Omit<QueryRecallOptions, 'gateway' | 'answers' | 'representations'> {
  readonly gateway: CompiledGateway;
  /** Stays the caller's to close. */
  readonly cache: Cache;
  /** Names of request headers that answers may depend on. */
  readonly dependsOn: readonly string[];
  /** Whether large answers are compressed for clients that take it. */
  readonly hasCompression: boolean;
}

/** All that a gateway does with answers that are kept. */
export interface AnswerCaching {
  readonly answers: AnswerCache;
  /** As `QueryRecall` has it. */
  readonly recall: (request: HttpRequest) => ReturnType<QueryRecall['answer']>;
  /** Keeps what a request asked for, so that the same one can be answered before it is parsed. */
  remember(request: HttpRequest, asked: GatewayOperation): void;
  /** The response that brings an answer as `contentType`. */
  respond(stored: StoredAnswer, request: HttpRequest, contentType: string): Promise<HttpResponse>;
}

/** Puts together what keeps answers and what sends kept ones. `options.cache` stays the caller's to close. */
export function createAnswerCaching(options: AnswerCachingOptions): AnswerCaching {
  const { nowMs = Date.now } = options;
  const answers = new AnswerCache(options);
  const representations = new Representations(options);
  const recall = new QueryRecall({ ...options, answers, representations });
  return {
    answers,
    recall: (request) => recall.answer(request),
    remember: (request, asked) => recall.remember(request, asked),
    respond: (stored, request, contentType) =>
      answerResponse(stored, request, { representations, contentType, nowMs: nowMs() }),
  };
}
