import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gatewayProgram } from '../bench/contenders/secured-gateway.ts';
import { startContender } from '../bench/contenders/start-contender.ts';
import { post } from '../bench/graphql-request.ts';
import { runClosedLoop } from '../bench/measure/closed-loop.ts';
import { encodeRequest } from '../bench/measure/http-connection.ts';
import { assignCores, type Cores, moveTo } from '../bench/processes/cores.ts';
import { gatewayQueries } from '../bench/queries.ts';
import { startSubgraphs } from '../bench/subgraphs/start-subgraphs.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { padSupergraph } from './pad-supergraph.ts';
import { runWindowedLoop, type WindowResult } from './windowed-loop.ts';

/** What happens when a window begins. */
export type SwapEvent = 'nothing' | 'another supergraph' | 'a broken supergraph';

export interface SwapWindow extends WindowResult {
  readonly event: SwapEvent;
}

export interface SwapRun {
  readonly windows: readonly SwapWindow[];
  readonly requestsPerSecond: number;
  readonly windowS: number;
  /** How long the supergraph is. */
  readonly characters: number;
  /** Which processors who has. */
  readonly placement: string;
  /** How often the gateway said that it serves another one, and that it refuses one. */
  readonly served: number;
  readonly refused: number;
}

/** Many, and as many windows without one before, since the machine does other things besides. */
const SWAPS = 12;
const BROKEN = 3;

const EVENTS: readonly SwapEvent[] = [
  ...Array.from({ length: SWAPS }, () => 'nothing' as const),
  ...Array.from({ length: SWAPS }, () => ['another supergraph', 'nothing'] as const).flat(),
  ...Array.from({ length: BROKEN }, () => ['a broken supergraph', 'nothing'] as const).flat(),
];
/** As in deploy/docker/Dockerfile. */
const imageNodeFlags = ['--max-semi-space-size=64', '--v8-pool-size=1', '--no-memory-reducer'];

const WARM_UP_WINDOWS = 2;

/** Of so many requests each of the other queries gets one, so that V8 does not take for granted that all requests are alike. */
const WARM_UP_SHARE = 20;

/** By then V8 has made fast code of what answers them; it would else be at that, with threads of its own, when a supergraph comes. */
export const warmUpRequests = 60_000;

/**
 * Loads a gateway while the file of its supergraph is replaced by other ones, and by some that are none. Where there are two
 * processors it may use both, as deploy/kubernetes lets it, so that it need not plan where it answers; the load has one of them.
 * @throws Error when it does not start or does not answer
 */
export async function runSwap({
  requestsPerSecond,
  windowS,
  characters,
}: Pick<SwapRun, 'requestsPerSecond' | 'windowS' | 'characters'>): Promise<SwapRun> {
  const cores = assignCores();
  await using stack = new AsyncDisposableStack();
  const { path: folder } = stack.use(await temporaryFolder('tributary-swap'));
  const subgraphs = stack.use(await startSubgraphs(folder, cores.subgraphs));
  const [query] = gatewayQueries;
  if (!query) throw new Error('there is no query');
  const operationsFile = await writeManifest(folder);
  const sdl = padSupergraph(await readFile(subgraphs.supergraphFile, 'utf8'), characters);
  await writeFile(subgraphs.supergraphFile, sdl);
  const gateway = stack.use(
    await startContender(
      {
        id: 'gateway',
        name: 'the gateway',
        isPeer: false,
        isSharing: false,
        args: ({ port, supergraphFile }) => [gatewayProgram, '--supergraph', supergraphFile, '--port', String(port)],
        environment: () => ({ TRIBUTARY_OPERATIONS_FILE: operationsFile }),
      },
      { ...subgraphs, answersFile: '', rowsFile: '', tokenKeyFile: '' },
      { folder, core: undefined, nodeFlags: imageNodeFlags },
    ),
  );
  moveTo(cores.load);
  const replaceBy = async (text: string) => {
    await writeFile(join(folder, 'next'), text);
    await rename(join(folder, 'next'), subgraphs.supergraphFile);
  };
  const changes: Promise<void>[] = [];
  const begin = (event: SwapEvent, window: number) => {
    // A comment makes it another one, and all is read and compiled anew.
    if (event === 'another supergraph') changes.push(replaceBy(`${sdl}\n# ${window}\n`));
    if (event === 'a broken supergraph') changes.push(replaceBy(`${sdl}\ntype Broken { of: Missing${window} }\n`));
  };

  // Apollo Server answers the first one, with a line break at the end.
  const answers = [await post(gateway.port, '/graphql', query.body), await post(gateway.port, '/graphql', query.body)];
  const [first, next] = answers.map((answer) => answer.trimEnd());
  if (first !== next) throw new Error(`the same query was answered with ${first} and ${next}`);
  const expectedBytes = answers.map((answer) => Buffer.byteLength(answer));
  const request = encodeRequest(gateway.port, query.body);
  const others = gatewayQueries.filter((other) => other !== query).map(({ body }) => encodeRequest(gateway.port, body));
  const warmUp = await runClosedLoop({
    port: gateway.port,
    connections: 16,
    seconds: 120,
    requestLimit: warmUpRequests,
    requestAt: (index) => others[index % WARM_UP_SHARE] ?? request,
  });
  if (warmUp.answers < warmUpRequests)
    throw new Error(`only ${warmUp.answers} of ${warmUpRequests} requests were answered`);
  const results = await runWindowedLoop({
    port: gateway.port,
    requestsPerSecond,
    request,
    expectedBytes,
    windows: WARM_UP_WINDOWS + EVENTS.length,
    windowS,
    onWindow: (window) => begin(EVENTS[window - WARM_UP_WINDOWS] ?? 'nothing', window),
  });
  await Promise.all(changes);
  const log = await readFile(join(folder, 'gateway.log'), 'utf8');
  const countOf = (message: string) => log.split(message).length - 1;
  return {
    windows: results.slice(WARM_UP_WINDOWS).map((result, index) => ({ ...result, event: EVENTS[index] ?? 'nothing' })),
    requestsPerSecond,
    windowS,
    characters: sdl.length,
    placement: placementOf(cores),
    served: countOf('another supergraph is served'),
    refused: countOf('a supergraph cannot be served'),
  };
}

function placementOf({ subgraphs, load }: Cores): string {
  if (subgraphs === undefined) return 'Nothing is pinned to a processor.';
  return `The gateway may use every processor; the subgraphs are on ${subgraphs}, the load is on ${load}.`;
}

/** What is published is planned before another supergraph is served: what is asked for, and more. */
async function writeManifest(folder: string): Promise<string> {
  const file = join(folder, 'operations.json');
  const operations = gatewayQueries.map(({ id, body }) => {
    const { query, operationName }: { query: string; operationName: string } = JSON.parse(body);
    return { id, body: query, name: operationName, type: 'query' };
  });
  await writeFile(file, JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations }));
  return file;
}
