import type { Databases } from '@tributary/prisma/clients/databases';
import type { SqlTransaction } from '@tributary/prisma/transactions/sql-transaction';

/** An address and the user that it is claimed for. */
export interface ClaimedAddress {
  email: string;
  userId: bigint;
}

/** An entry of the directory, made just now or found; `isOverdue` when it is a claim that nobody confirmed in time. */
export type DirectoryClaim = { isNew: true; userId: bigint } | { isNew: false; userId: bigint; isOverdue: boolean };

/** How long a claim stands that nobody confirms: far longer than a registration takes. */
const CLAIM_LIFETIME_SECONDS = 60;

/**
 * The directory in the catalog that finds a user, and so their shard, by e-mail address, and keeps addresses unique over all
 * shards. An entry is CLAIMED before the user is written on their shard, and CONFIRMED after it. Addresses are in lower case.
 */
export class UserDirectoryRepository {
  readonly #databases: Databases;

  constructor(databases: Databases) {
    this.#databases = databases;
  }

  /** The user with an address, from the primary. The user may not be there yet, or never, as long as the entry is a claim. */
  async findUserId(email: string): Promise<bigint | undefined> {
    const entry = await this.#databases
      .catalog()
      .$primary()
      .userDirectoryEntry.findUnique({ where: { email }, select: { userId: true } });
    return entry?.userId;
  }

  /** Claims an address for a user to be made, or finds the entry that is in the way. */
  async claim(tx: SqlTransaction, email: string, userId: bigint): Promise<DirectoryClaim> {
    const inserted = await tx.$executeRaw`
      INSERT INTO user_directory (email, user_id, state, claimed_at)
      VALUES (${email}, ${userId}, 'CLAIMED', clock_timestamp()) ON CONFLICT (email) DO NOTHING`;
    if (inserted === 1) return { isNew: true, userId };
    const [entry] = await tx.$queryRaw<{ userId: bigint; isOverdue: boolean }[]>`
      SELECT user_id AS "userId",
        state = 'CLAIMED' AND claimed_at < clock_timestamp() - ${CLAIM_LIFETIME_SECONDS}::integer * interval '1 second'
          AS "isOverdue"
      FROM user_directory WHERE email = ${email}`;
    // Released between the two statements: it is free.
    return entry ? { isNew: false, ...entry } : this.claim(tx, email, userId);
  }

  /** Up to `limit` claims that nobody confirmed in time, by address after `after`, from the primary. */
  findOverdueClaims({ after, limit }: { after: string; limit: number }): PromiseLike<ClaimedAddress[]> {
    return this.#databases.catalog().$primary().$queryRaw<ClaimedAddress[]>`
      SELECT email, user_id AS "userId" FROM user_directory
      WHERE state = 'CLAIMED' AND email > ${after}
        AND claimed_at < clock_timestamp() - ${CLAIM_LIFETIME_SECONDS}::integer * interval '1 second'
      ORDER BY email LIMIT ${limit}::integer`;
  }

  /** Lets a claim be settled at once, because whoever made it is not going on with it. */
  async giveUp({ email, userId }: ClaimedAddress): Promise<void> {
    await this.#databases.catalog().userDirectoryEntry.updateMany({
      where: { email, userId, state: 'CLAIMED' },
      data: { claimedAt: new Date(0) },
    });
  }

  /** Frees an address whose user was not written, and never will be. */
  async release({ email, userId }: ClaimedAddress): Promise<void> {
    await this.#databases.catalog().userDirectoryEntry.deleteMany({ where: { email, userId, state: 'CLAIMED' } });
  }

  /** Makes a claim final: its user is on their shard. */
  async confirm({ email, userId }: ClaimedAddress): Promise<void> {
    await this.#databases.catalog().userDirectoryEntry.updateMany({
      where: { email, userId, state: 'CLAIMED' },
      data: { state: 'CONFIRMED' },
    });
  }
}
