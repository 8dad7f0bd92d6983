import type { Databases } from '@tributary/prisma/clients/databases';
import type { ShardTransaction } from '@tributary/prisma/clients/shard-client';
import type { SqlTransaction } from '@tributary/prisma/transactions/sql-transaction';

type Hash = Uint8Array<ArrayBuffer>;

/** A session to be written. */
export interface NewSession {
  id: bigint;
  userId: bigint;
  refreshHash: Hash;
  /** Of what all refresh tokens of the session have in common. */
  familyHash: Hash;
  expiresAt: Date;
}

/** What decides over a refresh token. */
export interface LiveSession {
  userId: bigint;
  /** Of the current token's own secret. */
  refreshHash: Hash;
  /** Of what it has in common with all that came before it. */
  familyHash: Hash;
}

/** The sessions of all shards: each is on its user's. */
export class SessionRepository {
  readonly #databases: Databases;

  constructor(databases: Databases) {
    this.#databases = databases;
  }

  async insert(tx: Pick<ShardTransaction, 'session'>, session: NewSession): Promise<void> {
    await tx.session.createMany({ data: [session] });
  }

  /** A session that has neither ended nor expired, from the primary. */
  findLive(id: bigint): Promise<LiveSession | null> {
    return this.#databases
      .shardOf(id)
      .$primary()
      .session.findFirst({
        where: { id, endedAt: null, expiresAt: { gt: new Date() } },
        select: { userId: true, refreshHash: true, familyHash: true },
      });
  }

  /** Puts the next refresh token in the place of the current one; false when that is no longer the current one. */
  async rotate(
    id: bigint,
    { current, next, expiresAt }: { current: Hash; next: Hash; expiresAt: Date },
  ): Promise<boolean> {
    const { count } = await this.#databases.shardOf(id).session.updateMany({
      where: { id, refreshHash: current, endedAt: null },
      data: { refreshHash: next, rotatedAt: new Date(), expiresAt },
    });
    return count === 1;
  }

  /** Ends a session; false when it had ended before, or there is none. */
  async end(tx: SqlTransaction, id: bigint): Promise<boolean> {
    const ended = await tx.$executeRaw`
      UPDATE sessions SET ended_at = now() WHERE id = ${id} AND ended_at IS NULL`;
    return ended === 1;
  }

  /** Ends all sessions of a user, and says how many had neither ended nor expired. */
  endAll(tx: SqlTransaction, userId: bigint): PromiseLike<number> {
    return tx.$executeRaw`
      UPDATE sessions SET ended_at = now() WHERE user_id = ${userId} AND ended_at IS NULL AND expires_at > now()`;
  }

  /** The sessions of one shard that ended within so long by the database's clock, from the primary, in no order. */
  findEnded(shard: string, withinMs: number): PromiseLike<{ id: bigint; endedAt: Date }[]> {
    return this.#databases.shardNamed(shard).$primary().$queryRaw<{ id: bigint; endedAt: Date }[]>`
      SELECT id, ended_at AS "endedAt" FROM sessions
      WHERE ended_at > now() - ${withinMs}::integer * interval '1 millisecond'`;
  }
}
