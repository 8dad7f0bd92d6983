import { type ApolloServer, type BaseContext, HeaderMap } from '@apollo/server';
import type { HttpRequest, HttpResponse } from '@tributary/runtime/http/http-message';

/**
 * Lets an Apollo Server answer a request, whatever its schema and plugins are.
 *
 * @param makeContext called once for the request; what it throws is answered by Apollo Server
 */
export async function answerWithApollo<Context extends BaseContext>(
  server: ApolloServer<Context>,
  { method, headers, search, body: requestBody }: HttpRequest,
  makeContext: () => Promise<Context>,
): Promise<HttpResponse> {
  const {
    status = 200,
    headers: responseHeaders,
    body,
  } = await server.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method, headers: new HeaderMap(headers), search, body: requestBody },
    context: makeContext,
  });
  return { status, headers: responseHeaders, body: body.kind === 'chunked' ? body.asyncIterator : body.string };
}
