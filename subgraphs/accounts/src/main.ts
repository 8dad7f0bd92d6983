import { openServiceDatabases } from '@tributary/prisma/clients/service-databases';
import { subgraphServerOptions } from '@tributary/runtime/environment/subgraph-environment';
import { runService } from '@tributary/runtime/lifecycle/service';
import { recordStatement } from '@tributary/runtime/request/request-work';
import { readEnvironment } from './environment.ts';
import { readKeyFile } from './key-file.ts';
import { startAccountsSubgraph } from './subgraph.ts';

await runService({
  name: 'accounts',
  start: async (scope, logger) => {
    const environment = readEnvironment();
    logger.level = environment.LOG_LEVEL;
    const [signingKeyFile, ...otherKeyFiles] = environment.TRIBUTARY_JWT_PRIVATE_KEY_FILE;
    const privateKeyPem = await readKeyFile(signingKeyFile);
    const otherPrivateKeyPems = await Promise.all(otherKeyFiles.map(readKeyFile));
    const databases = scope.own(
      await openServiceDatabases({ service: 'accounts', environment, onStatement: recordStatement, logger }),
    );
    return scope.own(
      await startAccountsSubgraph({
        ...subgraphServerOptions(environment),
        databases,
        logger,
        accessTokens: {
          privateKeyPem,
          otherPrivateKeyPems,
          issuer: environment.TRIBUTARY_JWT_ISSUER,
          audience: environment.TRIBUTARY_JWT_AUDIENCE,
        },
      }),
    );
  },
});
