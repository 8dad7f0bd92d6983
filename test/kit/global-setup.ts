import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TEST_SERVERS_URL } from './shared-servers.ts';
import { TEST_LOGS_DIRECTORY } from './test-logger.ts';
import { startTestServers } from './test-servers.ts';

type TestServersRun = Awaited<ReturnType<typeof startTestServers>>;

// The teardown of jest runs in the same process, and sees nothing of this module but what is global.
declare global {
  var endTestRun: (() => Promise<void>) | undefined;
}

/**
 * Makes Postgres servers that all test files share, and starts them when the first test asks for them: a run of unit tests
 * alone needs none. Tests run in workers, so they ask over HTTP.
 */
export default async function setUp(): Promise<void> {
  let starting: Promise<TestServersRun> | undefined;
  const secret = `/${randomUUID()}`;
  const door = createServer((request, response) => {
    if (request.url !== secret) {
      response.writeHead(404).end();
      return;
    }
    starting ??= startTestServers();
    starting.then(
      ({ description }) => response.end(JSON.stringify(description)),
      (error: unknown) => response.writeHead(500).end(error instanceof Error ? error.message : String(error)),
    );
  });
  process.env[TEST_SERVERS_URL] = `http://127.0.0.1:${await listen(door)}${secret}`;
  const logsDirectory = await mkdtemp(join(tmpdir(), 'tributary-test-logs-'));
  process.env[TEST_LOGS_DIRECTORY] = logsDirectory;
  globalThis.endTestRun = async () => {
    door.close();
    door.closeAllConnections();
    const servers = await starting?.catch(() => undefined);
    await servers?.stop();
    await rm(logsDirectory, { recursive: true, force: true });
  };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens to no port');
  return address.port;
}
