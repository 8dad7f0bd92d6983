import { setTimeout as delay } from 'node:timers/promises';
import { parseEnvironment } from '@tributary/runtime/environment/parse-environment';
import { subgraphServerOptions, subgraphVariables } from '@tributary/runtime/environment/subgraph-environment';
import { startSubgraphServer } from '@tributary/runtime/graphql/subgraph-server';
import { runService } from '@tributary/runtime/lifecycle/service';
import { parse } from 'graphql';
import { z } from 'zod';
import { notesSchema } from '../signature/notes-graph.ts';

/** About as long as a request to a database takes. */
const WORK_MS = 3;

interface Note {
  text: string;
}

async function echo(_: unknown, { text }: Note): Promise<string> {
  await delay(WORK_MS);
  return text;
}

// A subgraph as all of ours are, but without a database.
await runService({
  name: 'notes',
  start: async (scope, logger) => {
    const environment = parseEnvironment(
      z.object({ ...subgraphVariables(0), TRIBUTARY_DATABASES_FILE: z.string().default('') }),
      process.env,
    );
    logger.level = environment.LOG_LEVEL;
    return scope.own(
      await startSubgraphServer({
        ...subgraphServerOptions(environment),
        name: 'notes',
        typeDefs: parse(notesSchema),
        resolvers: {
          Query: { note: echo },
          Mutation: { write: echo, writeOnce: (_: unknown, { input }: { input: Note }) => echo(_, input) },
        },
        makeContext: () => ({}),
        isReady: async () => ({ isReady: true, checks: {} }),
        logger,
      }),
    );
  },
});
