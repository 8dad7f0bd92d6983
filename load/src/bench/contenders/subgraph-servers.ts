import { join } from 'node:path';
import { bare } from './bare.ts';
import type { Contender } from './contender.ts';

const program = join(import.meta.dirname, '../../../../test/load-servers/catalog-server.ts');

/** As the program has it. */
const gatewayKey = 'the gateway key of this measurement';

/** The catalog's schema, resolvers and loaders, behind different servers. */
function server(id: string, name: string, kind: string): Contender {
  return {
    id,
    name,
    isPeer: false,
    isSharing: false,
    args: ({ port, rowsFile }) => [program, kind, String(port), rowsFile],
  };
}

/** The same for the gateway only: requests are signed, and verified. */
function signed(id: string, name: string, kind: string): Contender {
  return { ...server(id, name, kind), gatewayKey };
}

/** The limit and the yardstick first. */
export const subgraphServers: readonly Contender[] = [
  bare,
  server('standalone', 'Apollo Server standalone', 'standalone'),
  signed('standalone-signed', 'Apollo Server standalone that verifies signatures', 'standalone-signed'),
  signed('subgraph', 'Tributary', 'compiled'),
  signed('subgraph-apollo', "Tributary, Apollo's executor", 'apollo'),
];
