import type { HttpRequest, HttpResponse } from '../http/http-message.ts';

/**
 * What answers GraphQL requests behind the HTTP edge. Authentication, the account of the request's work and sessions are
 * outside of it, so an executor can be exchanged for another.
 */
export interface GraphqlExecutor<Context> {
  /**
   * @param context made by the caller for this one request
   * @param extensionsOf asked after execution for what to add to the answer's extensions
   */
  execute(
    request: HttpRequest,
    context: Context,
    extensionsOf: () => Record<string, unknown> | undefined,
  ): Promise<HttpResponse>;
  stop(): Promise<void>;
}
