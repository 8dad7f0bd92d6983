import type { CatalogTransaction } from '@tributary/prisma/clients/catalog-client';
import type { Databases } from '@tributary/prisma/clients/databases';

/** How much has failed lately in what attempts to log in have in common. */
export interface BucketState {
  bucket: string;
  failures: number;
  /** How long from now no further attempt is let through; 0 when one is. */
  blockedMs: number;
  /** Whether a log-in succeeded here not long ago. */
  isKnown: boolean;
}

/** A bucket that is locked, with its times as the database writes them. */
export interface LockedBucket extends BucketState {
  failuresUntil: string;
  blockedUntil: string;
}

/** What becomes of a bucket by an attempt. */
export interface CountedBucket {
  bucket: string;
  failures: number;
  blockedMs: number;
}

/** The time an attempt left in a bucket: it is there for as long as nobody else has counted. */
export interface CountStamp {
  bucket: string;
  failuresUntil: string;
}

/** A failure to take back: the times it found, and the one it left. */
export interface ForgivenBucket {
  bucket: string;
  countedUntil: string;
  failuresUntil: string;
  blockedUntil: string;
}

type Transaction = Pick<CatalogTransaction, '$executeRaw' | '$queryRaw'>;

/** Failures count for so long after the last one. */
const FAILURES_COUNT_SECONDS = 3_600;
/** For so long a successful log-in makes the next ones from there known. */
const KNOWN_DAYS = 30;
/** An attempt adds three rows at most; it takes more away than it adds. */
const FORGOTTEN_AT_ONCE = 10;

/** The buckets in the catalog by which attempts to log in are counted, wherever their user lives and whether there is one. */
export class LogInAttemptRepository {
  readonly #databases: Databases;

  constructor(databases: Databases) {
    this.#databases = databases;
  }

  /** Buckets as they are, from the primary; those that nobody has counted in are not among them. */
  find(buckets: readonly string[]): PromiseLike<BucketState[]> {
    return this.#databases.catalog().$primary().$queryRaw<BucketState[]>`
      SELECT
        bucket,
        CASE WHEN failures_until > clock_timestamp() THEN failures ELSE 0 END AS failures,
        greatest(0, ceil(extract(epoch FROM blocked_until - clock_timestamp()) * 1000))::integer AS "blockedMs",
        coalesce(known_until > clock_timestamp(), false) AS "isKnown"
      FROM log_in_attempts WHERE bucket = ANY(${[...buckets]}::text[])`;
  }

  /** Reads buckets and keeps them locked; a new one has no failures. Always in one order, so that no two wait for each other. */
  lock(tx: Transaction, buckets: readonly string[]): PromiseLike<LockedBucket[]> {
    return tx.$queryRaw<LockedBucket[]>`
      INSERT INTO log_in_attempts AS attempts (bucket)
      SELECT bucket FROM unnest(${[...buckets]}::text[]) AS bucket ORDER BY bucket
      ON CONFLICT (bucket) DO UPDATE SET bucket = excluded.bucket
      RETURNING
        bucket,
        CASE WHEN failures_until > clock_timestamp() THEN failures ELSE 0 END AS failures,
        greatest(0, ceil(extract(epoch FROM blocked_until - clock_timestamp()) * 1000))::integer AS "blockedMs",
        coalesce(known_until > clock_timestamp(), false) AS "isKnown",
        failures_until::text AS "failuresUntil",
        blocked_until::text AS "blockedUntil"`;
  }

  /** Writes what became of buckets that are locked, and forgets some that nobody needs any more. */
  async count(tx: Transaction, counted: readonly CountedBucket[]): Promise<CountStamp[]> {
    const stamps = await tx.$queryRaw<CountStamp[]>`
      UPDATE log_in_attempts AS attempts
      SET failures = counted.failures,
        blocked_until = clock_timestamp() + counted.blocked_ms * interval '1 millisecond',
        failures_until = clock_timestamp() + ${FAILURES_COUNT_SECONDS}::integer * interval '1 second',
        forget_at = greatest(forget_at, clock_timestamp() + ${FAILURES_COUNT_SECONDS}::integer * interval '1 second')
      FROM unnest(
        ${counted.map(({ bucket }) => bucket)}::text[],
        ${counted.map(({ failures }) => failures)}::integer[],
        ${counted.map(({ blockedMs }) => blockedMs)}::integer[]
      ) AS counted (bucket, failures, blocked_ms)
      WHERE attempts.bucket = counted.bucket
      RETURNING attempts.bucket, attempts.failures_until::text AS "failuresUntil"`;
    await tx.$executeRaw`
      DELETE FROM log_in_attempts WHERE bucket = ANY(ARRAY(
        SELECT bucket FROM log_in_attempts WHERE forget_at < now()
        ORDER BY forget_at LIMIT ${FORGOTTEN_AT_ONCE}::integer FOR UPDATE SKIP LOCKED))`;
    return stamps;
  }

  /** Takes a failure back: it was none. The times are those before it again, unless another attempt has set them since. */
  async forgive(forgiven: readonly ForgivenBucket[]): Promise<void> {
    await this.#databases.catalog().$executeRaw`
      UPDATE log_in_attempts AS attempts
      SET failures = greatest(attempts.failures - 1, 0),
        failures_until = CASE WHEN attempts.failures_until = forgiven.counted_until
          THEN forgiven.failures_until ELSE attempts.failures_until END,
        blocked_until = CASE WHEN attempts.failures_until = forgiven.counted_until
          THEN forgiven.blocked_until ELSE attempts.blocked_until END
      FROM unnest(
        ${forgiven.map(({ bucket }) => bucket)}::text[],
        ${forgiven.map(({ countedUntil }) => countedUntil)}::timestamptz[],
        ${forgiven.map(({ failuresUntil }) => failuresUntil)}::timestamptz[],
        ${forgiven.map(({ blockedUntil }) => blockedUntil)}::timestamptz[]
      ) AS forgiven (bucket, counted_until, failures_until, blocked_until)
      WHERE attempts.bucket = forgiven.bucket`;
  }

  /** Remembers that a log-in succeeded, and forgets the failures before it. */
  async makeKnown(bucket: string): Promise<void> {
    await this.#databases.catalog().$executeRaw`
      UPDATE log_in_attempts
      SET failures = 0,
        blocked_until = now(),
        known_until = now() + ${KNOWN_DAYS}::integer * interval '1 day',
        forget_at = now() + ${KNOWN_DAYS}::integer * interval '1 day'
      WHERE bucket = ${bucket}`;
  }
}
