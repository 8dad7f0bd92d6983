import { join } from 'node:path';
import { post } from '../graphql-request.ts';
import { type BenchProcess, freePort, startServer } from '../processes/child-process.ts';
import type { Contender, ContenderTarget } from './contender.ts';
import { createRequestHeaders } from './request-headers.ts';

/** A contender that serves. */
export interface RunningContender extends BenchProcess {
  readonly contender: Contender;
}

/** Where and how contenders run. */
export interface ContenderPlace {
  /** For their logs. */
  readonly folder: string;
  readonly core: number | undefined;
  readonly nodeFlags: readonly string[];
}

/** The least that every GraphQL server answers, once it serves. */
const probe = JSON.stringify({ query: '{ __typename }' });

/**
 * Starts a contender and waits until it serves.
 * @throws Error with the end of its log
 */
export async function startContender(
  contender: Contender,
  target: Omit<ContenderTarget, 'port'>,
  place: ContenderPlace,
): Promise<RunningContender> {
  const port = await freePort();
  const wholeTarget = { ...target, port };
  const headersOf = createRequestHeaders(contender);
  const server = await startServer({
    name: contender.name,
    args: contender.args(wholeTarget),
    environment: contender.environment?.(wholeTarget) ?? {},
    core: place.core,
    nodeFlags: place.nodeFlags,
    port,
    logFile: join(place.folder, `${contender.id}.log`),
    isReady: async () => 'data' in JSON.parse(await post(port, '/graphql', probe, headersOf(probe, 0))),
  });
  return { ...server, contender };
}
