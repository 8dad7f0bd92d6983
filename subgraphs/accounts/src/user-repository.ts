import type { Databases } from '@tributary/prisma/clients/databases';
import type { ShardTransaction } from '@tributary/prisma/clients/shard-client';
import type { PageArguments } from '@tributary/runtime/pagination/connection';
import type { ViewerRole } from '@tributary/runtime/viewer/viewer';

/** What the graph shows of a user. The e-mail address is shown to few. */
export interface UserProfile {
  id: bigint;
  email: string;
  displayName: string;
  role: ViewerRole;
  bio: string | null;
  avatarUrl: string | null;
}

/** What decides over a log-in. */
export interface UserCredentials {
  id: bigint;
  role: ViewerRole;
  passwordHash: string;
}

export interface NewUser {
  id: bigint;
  email: string;
  displayName: string;
  passwordHash: string;
}

/** Fields that are absent stay as they are. */
export interface ProfileChanges {
  displayName?: string;
  bio?: string | null;
  avatarUrl?: string | null;
}

const PROFILE = { id: true, email: true, displayName: true, role: true, bio: true, avatarUrl: true } as const;

/** The users of all shards. */
export class UserRepository {
  readonly #databases: Databases;

  constructor(databases: Databases) {
    this.#databases = databases;
  }

  /** Users of one shard by id, in no order. */
  findProfiles(shard: string, ids: readonly bigint[]): Promise<UserProfile[]> {
    return this.#databases.shardNamed(shard).user.findMany({ where: { id: { in: [...ids] } }, select: PROFILE });
  }

  /** The newest users of one shard, before `after`: one more than `first`, if there are so many. */
  findNewest(shard: string, { first, after }: PageArguments): Promise<UserProfile[]> {
    return this.#databases.shardNamed(shard).user.findMany({
      ...(after === null ? {} : { where: { id: { lt: after } } }),
      orderBy: { id: 'desc' },
      take: first + 1,
      select: PROFILE,
    });
  }

  /** From the primary: a password that was just changed counts. */
  findCredentials(id: bigint): Promise<UserCredentials | null> {
    return this.#databases
      .shardOf(id)
      .$primary()
      .user.findUnique({ where: { id }, select: { id: true, role: true, passwordHash: true } });
  }

  /** From the primary: a role that was just taken away is gone. */
  async findRole(id: bigint): Promise<ViewerRole | undefined> {
    const user = await this.#databases
      .shardOf(id)
      .$primary()
      .user.findUnique({ where: { id }, select: { role: true } });
    return user?.role;
  }

  /** Writes a customer; false when there is a user with that id. */
  async insert(tx: Pick<ShardTransaction, 'user'>, user: NewUser): Promise<boolean> {
    const { count } = await tx.user.createMany({ data: [{ ...user, role: 'CUSTOMER' }], skipDuplicates: true });
    return count === 1;
  }

  /** Changes a profile and answers it as it is now; `undefined` when there is no such user. */
  async updateProfile(
    tx: Pick<ShardTransaction, 'user'>,
    id: bigint,
    changes: ProfileChanges,
  ): Promise<UserProfile | undefined> {
    const [profile] = await tx.user.updateManyAndReturn({ where: { id }, data: changes, select: PROFILE });
    return profile;
  }
}
