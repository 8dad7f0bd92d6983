import { LogInAttemptRepository } from '@tributary/subgraph-accounts/log-in-attempt-repository';
import { SessionRepository } from '@tributary/subgraph-accounts/session-repository';
import { UserDirectoryRepository } from '@tributary/subgraph-accounts/user-directory-repository';
import { UserRepository } from '@tributary/subgraph-accounts/user-repository';
import { rowsOf } from './repository-rows.ts';

const hash = new Uint8Array(32);
const inAnHour = () => new Date(Date.now() + 3_600_000);

/** What accounts asks the databases. */
export const accountsRows = [
  rowsOf(LogInAttemptRepository, {
    find: (attempts) => attempts.find(['account:1', 'account:new']),
    lock: (attempts, { inCatalog }) => inCatalog((tx) => attempts.lock(tx, ['account:1', 'account:new'])),
    count: (attempts, { inCatalog }) =>
      inCatalog((tx) => attempts.count(tx, [{ bucket: 'account:1', failures: 7, blockedMs: 1_000 }])),
    forgive: (attempts) =>
      attempts.forgive(
        ['account:1', 'account:2'].map((bucket) => ({
          bucket,
          failuresUntil: '2026-11-01 01:00:00+00',
          blockedUntil: '2026-11-01 00:00:00+00',
        })),
      ),
    makeKnown: (attempts) => attempts.makeKnown('account:1'),
  }),
  rowsOf(UserRepository, {
    findProfiles: (users, { shard, userIds }) => users.findProfiles(shard, userIds),
    findNewest: async (users, { shard, userIds: [after = 0n] }) => {
      await users.findNewest(shard, { first: 20, after: null });
      await users.findNewest(shard, { first: 20, after });
    },
    findCredentials: (users, { customerId }) => users.findCredentials(customerId),
    findRole: (users, { customerId }) => users.findRole(customerId),
    insert: (users, { newId, onShard }) =>
      onShard((tx) =>
        users.insert(tx, { id: newId, email: 'new@tributary.example', displayName: 'New', passwordHash: '' }),
      ),
    updateProfile: (users, { customerId, onShard }) =>
      onShard((tx) => users.updateProfile(tx, customerId, { bio: 'Buys things.' })),
  }),
  rowsOf(SessionRepository, {
    insert: (sessions, { newId, customerId, onShard }) =>
      onShard((tx) =>
        sessions.insert(tx, {
          id: newId,
          userId: customerId,
          refreshHash: hash,
          familyHash: hash,
          expiresAt: inAnHour(),
        }),
      ),
    findLive: (sessions, { sessionId }) => sessions.findLive(sessionId),
    rotate: (sessions, { sessionId }) =>
      sessions.rotate(sessionId, { current: hash, next: hash, expiresAt: inAnHour() }),
    end: (sessions, { sessionId, onShard }) => onShard((tx) => sessions.end(tx, sessionId)),
    endAll: (sessions, { customerId, onShard }) => onShard((tx) => sessions.endAll(tx, customerId)),
    findEnded: (sessions, { shard }) => sessions.findEnded(shard, 60_000),
  }),
  rowsOf(UserDirectoryRepository, {
    findUserId: (directory, { email }) => directory.findUserId(email),
    claim: (directory, { email, newId, inCatalog }) => inCatalog((tx) => directory.claim(tx, email, newId)),
    findOverdueClaims: (directory, { email }) => directory.findOverdueClaims({ after: email, limit: 100 }),
    giveUp: (directory, { email, customerId: userId }) => directory.giveUp({ email, userId }),
    release: (directory, { email, customerId: userId }) => directory.release({ email, userId }),
    confirm: (directory, { email, customerId: userId }) => directory.confirm({ email, userId }),
  }),
];
