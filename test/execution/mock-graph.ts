import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessRules } from '@tributary/gateway/authorisation/access-rules';
import { readProtectedSupergraph } from '@tributary/gateway/authorisation/protected-supergraph';
import { composeSupergraph } from '@tributary/gateway/composition/compose-supergraph';
import { readSubgraphAnswer } from '@tributary/gateway/subgraph-fetch/subgraph-answer';
import type { ReceivedAnswer } from '@tributary/gateway/subgraph-fetch/subgraph-client';
import { SubgraphFailure } from '@tributary/gateway/subgraph-fetch/subgraph-failure';
import { Kind, parse } from 'graphql';
import { calm, createMockSubgraph, type MockSubgraph, type Mood } from './mock-subgraph.ts';

/** A federated graph of mocked subgraphs in this process. */
export interface MockGraph {
  /** Without directives of authorisation. */
  supergraphSdl: string;
  /** Who may see what in it; executors enforce that only when they are told to. */
  rules: AccessRules | undefined;
  /** The interfaces that some subgraph knows as one type of object. */
  interfaceObjects: ReadonlySet<string>;
  /** Of all subgraphs; `failing` ones do not answer at all. */
  mood: Mood & { failing: ReadonlySet<string> };
  /** The requests since the list was last emptied. */
  requests: { subgraph: string; body: string }[];
  /** Sends a request body to a subgraph, as a client over HTTP would. */
  send(subgraph: string, body: string): Promise<ReceivedAnswer>;
}

/** @throws Error with what composition found wrong */
export async function createMockGraph(schemas: Readonly<Record<string, string>>): Promise<MockGraph> {
  const mood: MockGraph['mood'] = { ...calm, failing: new Set() };
  const requests: MockGraph['requests'] = [];
  const subgraphs = Object.entries(schemas).map(([name, sdl]) => createMockSubgraph(name, sdl, () => graph.mood));
  const byName = new Map(subgraphs.map((subgraph) => [subgraph.name, subgraph]));
  const { sdl: supergraphSdl, rules } = readProtectedSupergraph(await compose(subgraphs));
  const graph: MockGraph = {
    supergraphSdl,
    rules,
    interfaceObjects: new Set(subgraphs.flatMap(({ sdl }) => interfaceObjectsOf(sdl))),
    mood,
    requests,
    async send(name, body) {
      graph.requests.push({ subgraph: name, body });
      const subgraph = byName.get(name);
      if (!subgraph || graph.mood.failing.has(name)) {
        throw new SubgraphFailure('SUBGRAPH_UNAVAILABLE', name, new Error('it is switched off'));
      }
      const text = await subgraph.answer(body);
      return { answer: readSubgraphAnswer(text, { status: 200, service: name }), responseBytes: text.length };
    },
  };
  return graph;
}

async function compose(subgraphs: readonly MockSubgraph[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-mock-graph-'));
  try {
    const entries = subgraphs.map(({ name }) => ({
      name,
      urls: [`http://${name}.test`],
      schemaFile: join(folder, `${name}.graphql`),
    }));
    await Promise.all(subgraphs.map(({ sdl }, index) => writeFile(entries[index]?.schemaFile ?? '', sdl)));
    const outcome = await composeSupergraph(entries);
    if (outcome.isComposed) return outcome.supergraphSdl;
    throw new Error(outcome.errors.map(({ message }) => message).join('\n'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function interfaceObjectsOf(sdl: string): string[] {
  return parse(sdl).definitions.flatMap((definition) =>
    definition.kind === Kind.OBJECT_TYPE_DEFINITION &&
    definition.directives?.some(({ name }) => name.value === 'interfaceObject')
      ? [definition.name.value]
      : [],
  );
}
