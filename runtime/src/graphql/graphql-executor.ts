import type { CollectedAnswerPolicy } from '../answer-policy/answer-policy.ts';
import type { HttpRequest, HttpResponse } from '../http/http-message.ts';

/** What an answer says besides data and errors. */
export interface AnswerExtras {
  /** Narrows the `cache-control` that the schema's hints give the answer. */
  readonly answerPolicy: CollectedAnswerPolicy;
  /** Asked after execution for what to add to the answer's extensions. */
  extensions(): Record<string, unknown> | undefined;
}

/**
 * What answers GraphQL requests behind the HTTP edge. Authentication, the account of the request's work and sessions are
 * outside of it, so an executor can be exchanged for another.
 */
export interface GraphqlExecutor<Context> {
  /**
   * @param context made by the caller for this one request
   */
  execute(request: HttpRequest, context: Context, extras: AnswerExtras): Promise<HttpResponse>;
  stop(): Promise<void>;
}
