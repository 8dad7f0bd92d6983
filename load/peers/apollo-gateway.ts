import { readFile } from 'node:fs/promises';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';

/** The stock gateway as its documentation starts it: `node apollo-gateway.ts <port> <supergraph file>`. */
const [port, supergraphFile = ''] = process.argv.slice(2);
const gateway = new ApolloGateway({
  supergraphSdl: await readFile(supergraphFile, 'utf8'),
  buildService: ({ url }) => new RemoteGraphQLDataSource({ url: url ?? '' }),
});
await startStandaloneServer(new ApolloServer({ gateway }), { listen: { port: Number(port), host: '127.0.0.1' } });
