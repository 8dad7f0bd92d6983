import { join } from 'node:path';
import { post } from '../graphql-request.ts';
import { type BenchProcess, freePort, startServer } from '../processes/child-process.ts';
import type { Contender, ContenderTarget } from './contender.ts';

/** A contender that serves. */
export interface RunningContender extends BenchProcess {
  readonly contender: Contender;
}

/** The least that every GraphQL server answers, once it serves. */
const probe = JSON.stringify({ query: '{ __typename }' });

/**
 * Starts a contender and waits until it serves.
 * @param folder where its log goes
 * @throws Error with the end of its log
 */
export async function startContender(
  contender: Contender,
  target: Omit<ContenderTarget, 'port'>,
  { folder, core }: { readonly folder: string; readonly core: number | undefined },
): Promise<RunningContender> {
  const port = await freePort();
  const server = await startServer({
    name: contender.name,
    args: contender.args({ ...target, port }),
    ...(contender.environment && { environment: contender.environment }),
    core,
    port,
    logFile: join(folder, `${contender.id}.log`),
    isReady: async () => 'data' in JSON.parse(await post(port, '/graphql', probe)),
  });
  return { ...server, contender };
}
