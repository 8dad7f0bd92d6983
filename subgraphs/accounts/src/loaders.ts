import type { Databases } from '@tributary/prisma/clients/databases';
import { InvalidIdError } from '@tributary/prisma/ids/typed-id';
import { CATALOG } from '@tributary/prisma/topology/topology';
import { createBatchLoader } from '@tributary/runtime/loaders/batch-loader';
import type { UserProfile, UserRepository } from './user-repository.ts';

/** The loaders of one request. */
export type AccountsLoaders = ReturnType<typeof createLoaders>;

/** Makes the loaders of one request. */
export function createLoaders({ databases, users }: { databases: Databases; users: UserRepository }) {
  const databaseOf = (id: bigint): string => {
    const database = databases.databaseNameOf(id);
    if (database === CATALOG) throw new InvalidIdError('no user has such an id');
    return database;
  };

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
