import type { Databases } from '@tributary/prisma/clients/databases';
import { createBatchLoader } from '@tributary/runtime/loaders/batch-loader';
import type { UserProfile, UserRepository } from './user-repository.ts';

/** The loaders of one request. */
export type AccountsLoaders = ReturnType<typeof createLoaders>;

/** Makes the loaders of one request. */
export function createLoaders({ databases, users }: { databases: Databases; users: UserRepository }) {
  const databaseOf = (id: bigint) => databases.databaseNameOf(id);

  return {
    userById: createBatchLoader<bigint, UserProfile>({
      name: 'userById',
      keyText: String,
      groupOf: databaseOf,
      load: async (ids, database) => {
        const profiles = await users.findProfiles(database, ids);
        return new Map(profiles.map((profile) => [String(profile.id), profile]));
      },
      missing: null,
    }),
  };
}
