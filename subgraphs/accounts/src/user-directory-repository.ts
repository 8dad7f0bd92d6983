import type { Databases } from '@tributary/prisma/clients/databases';

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

  /**
   * Claims an address for a user to be made. Answers the id that the user has to get, or `undefined` when the address is taken.
   *
   * A claim that was given back, or that a crash left behind, passes on with the id it names. So two who hold the same claim,
   * because the first was only slow, make the same user, and the primary key on the shard lets one of them succeed.
   */
  async claim(email: string, userId: bigint): Promise<bigint | undefined> {
    const [claimed] = await this.#databases.catalog().$primary().$queryRaw<{ userId: bigint }[]>`
      INSERT INTO user_directory (email, user_id, state, claimed_at)
      VALUES (${email}, ${userId}, 'CLAIMED', clock_timestamp())
      ON CONFLICT (email) DO UPDATE SET claimed_at = excluded.claimed_at
      WHERE user_directory.state = 'CLAIMED'
        AND user_directory.claimed_at < excluded.claimed_at - ${CLAIM_LIFETIME_SECONDS}::integer * interval '1 second'
      RETURNING user_id AS "userId"`;
    return claimed?.userId;
  }

  /** Gives a claim back, so that the next attempt need not wait until it has run out. */
  async giveBack(email: string): Promise<void> {
    await this.#databases.catalog().userDirectoryEntry.updateMany({
      where: { email, state: 'CLAIMED' },
      data: { claimedAt: new Date(0) },
    });
  }

  /** Makes a claim final: its user is on their shard. */
  async confirm(email: string): Promise<void> {
    await this.#databases.catalog().userDirectoryEntry.updateMany({
      where: { email, state: 'CLAIMED' },
      data: { state: 'CONFIRMED' },
    });
  }
}
