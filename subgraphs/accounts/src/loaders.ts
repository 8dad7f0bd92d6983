import type { Databases } from '@tributary/prisma/clients/databases';
import { createRowLoader } from '@tributary/runtime/loaders/row-loader';
import type { UserRepository } from './user-repository.ts';

/** The loaders of one request. */
export type AccountsLoaders = ReturnType<typeof createLoaders>;

/** Makes the loaders of one request. */
export function createLoaders({ databases, users }: { databases: Databases; users: UserRepository }) {
  return {
    userById: createRowLoader({
      name: 'userById',
      databaseOf: (id) => databases.databaseNameOf(id),
      load: (ids, database) => users.findProfiles(database, ids),
      idOf: ({ id }) => id,
    }),
  };
}
