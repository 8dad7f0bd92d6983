import { bare } from './bare.ts';
import type { Contender } from './contender.ts';
import { peerProgram } from './peers.ts';
import { gatewayProgram, leftOut, secured } from './secured-gateway.ts';

const stock: Contender = {
  id: 'stock',
  name: 'Apollo Gateway, Apollo Server',
  isPeer: true,
  isSharing: false,
  args: ({ port, supergraphFile }) => [peerProgram('apollo-gateway.ts'), String(port), supergraphFile],
  environment: () => ({ APOLLO_TELEMETRY_DISABLED: 'true' }),
};

const mercurius: Contender = {
  id: 'mercurius',
  name: 'Mercurius gateway',
  isPeer: true,
  isSharing: false,
  args: ({ port, urls }) => [peerProgram('mercurius-gateway.ts'), String(port), JSON.stringify(urls)],
};

/** The executor that is compiled, or Apollo's, behind the same HTTP edge. */
function ours(id: string, name: string, executor: string, sharing = 'off'): Contender {
  return {
    id,
    name,
    isPeer: false,
    isSharing: sharing !== 'off',
    args: ({ port, supergraphFile }) => [gatewayProgram, '--supergraph', supergraphFile, '--port', String(port)],
    environment: () => ({ ...leftOut, TRIBUTARY_EXECUTOR: executor, TRIBUTARY_SHARING: sharing }),
  };
}

function hive(id: string, name: string, runtimeFlag: string, isSharing: boolean): Contender {
  return {
    id,
    name,
    isPeer: true,
    isSharing,
    args: ({ port, supergraphFile }) => [
      peerProgram('node_modules/@graphql-hive/gateway/dist/bin.js'),
      'supergraph',
      supergraphFile,
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '--config-path',
      peerProgram(isSharing ? 'hive-sharing.config.ts' : 'hive-not-sharing.config.ts'),
      runtimeFlag,
    ],
  };
}

/** The limit and the yardstick first. */
export const gateways: readonly Contender[] = [
  bare,
  stock,
  ours('tributary', 'Tributary', 'compiled'),
  secured,
  ours('tributary-sharing-fetches', 'Tributary, fetches only', 'compiled', 'subgraphs'),
  ours('tributary-sharing', 'Tributary', 'compiled', 'all'),
  ours('tributary-stock', "Tributary, Apollo's executor", 'stock'),
  hive('hive-jit', 'Hive Gateway, `--jit`', '--jit', false),
  hive('hive-router', 'Hive Gateway, router runtime', '--hive-router-runtime', false),
  hive('hive-router-sharing', 'Hive Gateway, router runtime', '--hive-router-runtime', true),
  mercurius,
];
