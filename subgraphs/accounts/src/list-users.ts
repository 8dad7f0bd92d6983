import { type Connection, type PageArguments, toConnection } from '@tributary/runtime/pagination/connection';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import type { UserProfile } from './user-repository.ts';

/**
 * A page of the users of all shards, newest first: every shard is asked for the page as if it had all users, in one statement
 * each, and ids put the answers in order.
 */
export async function listUsers(
  { databases, users }: AccountsDependencies,
  page: PageArguments,
): Promise<Connection<UserProfile>> {
  const pages = await Promise.all(
    databases.allShards().map(async ({ name }) => {
      const found = await users.findNewest(name, page);
      // While a logical shard moves, its users are in two databases; those count that are where their ids say.
      return found.filter(({ id }) => databases.databaseNameOf(id) === name);
    }),
  );
  const newestFirst = pages.flat().sort((one, other) => (one.id > other.id ? -1 : 1));
  return toConnection(newestFirst, page.first, ({ id }) => id, page.after);
}
