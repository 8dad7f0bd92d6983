import type { IncomingMessage } from 'node:http';
import { ApolloServer } from '@apollo/server';
import { type CreateServerForIntegrationTests, defineIntegrationTestSuite } from '@apollo/server-integration-testsuite';
import { answerWithApollo } from '@tributary/gateway/edge/apollo-answer';
import { compressAnswers } from '@tributary/gateway/edge/compression';
import type { HttpHandler } from '@tributary/runtime/http/http-message';
import { startHttpServer } from '@tributary/runtime/http/http-server';
import { readJsonObjectOrList } from '@tributary/runtime/http/read-json-body';
import { createLogger } from '@tributary/runtime/logging/logger';

/**
 * Our HTTP edge in front of the servers of Apollo's suite: the server, the reading of bodies, compression, and the way to and from
 * Apollo Server are the gateway's. What is configured otherwise than there leaves a decision to the server behind the edge, as the
 * suite expects of an integration:
 *
 * - Bodies of other types than JSON go on as nothing. The gateway answers 415, which says what is wrong; Apollo Server answers 400.
 * - Batches go on as they are. The gateway executes each operation on its own, without Apollo Server where it can.
 * - Statuses stay as they are. The gateway makes 200 of some for `application/json`, as GraphQL over HTTP has it.
 * - There is no default `cache-control`. The gateway says `no-store` where nothing else is said.
 * - The endpoint is `/`, where the suite looks for it.
 *
 * The suite itself skips 24 tests that need the `@defer` of graphql 17; those of delivery in pieces that need none are run.
 */
const createServer: CreateServerForIntegrationTests = async (config, options) => {
  const server = new ApolloServer(config);
  await server.start();
  const makeContext = options?.context ?? (async () => ({}));
  const handle: HttpHandler = compressAnswers((request) => answerWithApollo(server, request, makeContext));
  const http = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    bodyLimitBytes: 1024 * 1024,
    readBody: readBodyOfAnyType,
    isReady: async () => ({ isReady: true, checks: {} }),
    handleGraphql: handle,
    routes: { '/': { GET: handle, POST: handle } },
    defaultHeaders: [],
    logger: createLogger({ service: 'edge', level: 'error' }),
  });
  return { server, url: http.url, extraCleanup: () => http.stop() };
};

async function readBodyOfAnyType(request: IncomingMessage, limitBytes: number): Promise<unknown> {
  const isJson = request.headers['content-type']?.trim().startsWith('application/json');
  return isJson ? readJsonObjectOrList(request, limitBytes) : undefined;
}

defineIntegrationTestSuite(createServer);
