import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeSupergraph } from '@tributary/gateway/composition/compose-supergraph';
import { startGateway } from '@tributary/gateway/gateway';
import { startSubgraphServer } from '@tributary/runtime/graphql/subgraph-server';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import { createLogger } from '@tributary/runtime/logging/logger';
import type { GatewayKeySource } from '@tributary/runtime/signature/gateway-keys';
import type { RefusalCounts } from '@tributary/runtime/signature/refusal-counts';
import { parse } from 'graphql';
import { type RecordingProxy, startRecordingProxy } from './recording-proxy.ts';

/** The subgraph's. */
export const notesSchema = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { note(text: String!): String! }
  type Mutation { write(text: String!): String! writeOnce(input: WriteOnceInput!): String! }
  input WriteOnceInput { idempotencyKey: ID text: String! }`;

/** A gateway and one subgraph of ours, in production, with a proxy between them. */
export interface NotesGraph {
  /** Of the gateway, without a path. */
  readonly url: string;
  readonly subgraphUrl: string;
  readonly proxy: RecordingProxy;
  /** What the subgraph has executed. */
  readonly written: string[];
  readonly refusals: RefusalCounts;
  /** The texts of all log lines. */
  readonly log: string[];
  ask(query: string): Promise<{ data?: Record<string, unknown> | null; errors?: { extensions: { code: string } }[] }>;
  stop(): Promise<void>;
}

/** Starts all of it; each side has keys of its own. */
export async function startNotesGraph(keys: {
  gateway: GatewayKeySource;
  subgraph: GatewayKeySource;
}): Promise<NotesGraph> {
  const scope = new Scope();
  const folder = scope.own(
    await mkdtemp(join(tmpdir(), 'tributary-notes-')),
    (path) => rm(path, { recursive: true }),
    'temporary folder',
  );
  const log: string[] = [];
  const logger = createLogger({ service: 'notes', level: 'trace' }, { write: (line) => log.push(line) });
  const written: string[] = [];
  const subgraph = scope.own(
    await startSubgraphServer({
      name: 'notes',
      typeDefs: parse(notesSchema),
      resolvers: {
        Query: { note: (_: unknown, { text }: { text: string }) => text },
        Mutation: { write: (_: unknown, { text }: { text: string }) => written.push(text) && text },
      },
      host: '127.0.0.1',
      port: 0,
      signingKeys: keys.subgraph,
      isDevelopment: false,
      makeContext: () => ({}),
      isReady: async () => ({ isReady: true, checks: {} }),
      logger,
    }),
  );
  const proxy = scope.own(await startRecordingProxy(() => subgraph.url));
  const gateway = scope.own(
    await startGateway({
      host: '127.0.0.1',
      port: 0,
      supergraphFile: await composeNotes(folder, `${proxy.url}/graphql`),
      subgraphUrls: new Map(),
      subgraphTimeoutMs: 5_000,
      signingKeys: keys.gateway,
      tokens: undefined,
      allowedOrigins: [],
      explainRoles: [],
      isDevelopment: false,
      logger,
    }),
  );
  return {
    url: gateway.url,
    subgraphUrl: subgraph.url,
    proxy,
    written,
    refusals: subgraph.refusals,
    log,
    async ask(query) {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      return JSON.parse(await response.text());
    },
    stop: () => scope.release(),
  };
}

/** Writes the supergraph into a folder. @returns its path */
export async function composeNotes(folder: string, url: string): Promise<string> {
  const schemaFile = join(folder, 'notes.graphql');
  await writeFile(schemaFile, notesSchema);
  const outcome = await composeSupergraph([{ name: 'notes', urls: [url], schemaFile }]);
  if (!outcome.isComposed) throw new Error(outcome.errors.map(({ message }) => message).join('\n'));
  const file = join(folder, 'supergraph.graphql');
  await writeFile(file, outcome.supergraphSdl);
  return file;
}
