import { type Databases, openDatabases } from '@tributary/prisma/clients/databases';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import type { DatabasesConfig } from '@tributary/prisma/topology/topology';
import { startInScope } from '@tributary/runtime/lifecycle/start-in-scope';
import type { Logger } from '@tributary/runtime/logging/logger';
import { recordStatement } from '@tributary/runtime/request/request-work';
import { createMemoryViewerEvents } from '@tributary/runtime/testing/memory-viewer-events';
import type { Viewer, ViewerRole } from '@tributary/runtime/viewer/viewer';
import type { ViewerEvents } from '@tributary/runtime/viewer-events/viewer-events';
import { createRecordingQueue, type RecordingQueue } from './recording-queue.ts';
import { testSigningKey } from './subgraph-client.ts';
import { startTestDatabases, type TestDatabases } from './test-databases.ts';
import { createTestLogger } from './test-logger.ts';

/** What one subgraph alone runs on in a test: empty databases of its own and a queue that the test holds both ends of. */
export interface TestBed {
  readonly test: TestDatabases;
  readonly config: DatabasesConfig;
  readonly databases: Databases;
  readonly queue: RecordingQueue;
  /** The options that the start function of every subgraph takes. */
  readonly options: SubgraphOptions;
  stop(): Promise<void>;
}

interface SubgraphOptions {
  databases: Databases;
  queue: RecordingQueue;
  viewerEvents: ViewerEvents;
  logger: Logger;
  host: string;
  port: number;
  signingKeys: readonly string[];
  isDevelopment: boolean;
}

/** @param name names the databases, so that no two test files share any */
export function startTestBed(name: string): Promise<TestBed> {
  return startInScope(async (scope) => {
    const test = scope.own(await startTestDatabases({ name }), (owned) => owned.close(), 'test databases');
    const databases = scope.own(
      await openDatabases({
        service: name,
        readConfig: async () => test.config,
        poolSize: 4,
        fleetProcesses: 1,
        statementTimeoutMs: 10_000,
        connectionTimeoutMs: 5_000,
        onStatement: recordStatement,
      }),
    );
    const queue = scope.own(createRecordingQueue());
    const logger = createTestLogger({ service: name, level: 'fatal' });
    const options = {
      databases,
      queue,
      viewerEvents: createMemoryViewerEvents(),
      logger,
      host: '127.0.0.1',
      port: 0,
      signingKeys: [testSigningKey],
      isDevelopment: true,
    };
    return { test, config: test.config, databases, queue, options };
  });
}

/** A viewer with some session. */
export function viewerOf(userId: bigint, role: ViewerRole = 'CUSTOMER'): Viewer {
  return { userId: encodeId('user', userId), role, sessionId: encodeId('session', userId), scopes: [] };
}
