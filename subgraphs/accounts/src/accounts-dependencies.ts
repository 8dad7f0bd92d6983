import type { Databases } from '@tributary/prisma/clients/databases';
import type { IdempotentCalls } from '@tributary/prisma/idempotency/idempotent-calls';
import type { SqlTransaction } from '@tributary/prisma/transactions/sql-transaction';
import type { CachedWrites } from '@tributary/runtime/cache-invalidation/cached-writes';
import type { Logger } from '@tributary/runtime/logging/logger';
import type { AccessTokenSigner } from './access-token.ts';
import type { LogInThrottle } from './log-in-throttle.ts';
import type { Passwords } from './passwords.ts';
import type { SessionRepository } from './session-repository.ts';
import type { UserDirectoryRepository } from './user-directory-repository.ts';
import type { UserRepository } from './user-repository.ts';

/** What the use cases of accounts are made of. */
export interface AccountsDependencies {
  databases: Databases;
  directory: UserDirectoryRepository;
  users: UserRepository;
  sessions: SessionRepository;
  accessTokens: AccessTokenSigner;
  throttle: LogInThrottle;
  writes: CachedWrites<SqlTransaction>;
  passwords: Passwords;
  idempotentCalls: IdempotentCalls;
  logger: Logger;
}
