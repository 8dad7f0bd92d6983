import { createRequire } from 'node:module';
import fastify, { type FastifyPluginAsync } from 'fastify';

/** Its types promise an ES module, which the package is not. */
const mercuriusGateway: FastifyPluginAsync<{ jit: number; gateway: object }> = createRequire(import.meta.url)(
  '@mercuriusjs/gateway',
);

/** Mercurius' gateway with its compiler on: `node mercurius-gateway.ts <port> <URLs of the subgraphs by name, as JSON>`. */
const [port, urls = '{}'] = process.argv.slice(2);
const services = Object.entries<string>(JSON.parse(urls)).map(([name, url]) => ({ name, url, mandatory: true }));
const app = fastify();
await app.register(mercuriusGateway, { jit: 1, gateway: { services } });
await app.listen({ port: Number(port), host: '127.0.0.1' });
