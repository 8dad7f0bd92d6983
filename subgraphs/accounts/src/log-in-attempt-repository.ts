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

/** A bucket that is locked, with the time as the database writes it. */
export interface LockedBucket extends BucketState {
  blockedUntil: string;
}

/** What becomes of a bucket by an attempt. */
export interface CountedBucket {
  bucket: string;
  failures: number;
  blockedMs: number;
}

/** The time until which failures count that an attempt left in a bucket. */
export interface CountStamp {
  bucket: string;
  failuresUntil: string;
}

/** A failure to take back: the time that it left, and until when its bucket was blocked before. */
export interface ForgivenBucket extends CountStamp {
  blockedUntil: string;
}

type Transaction = Pick<CatalogTransaction, '$executeRaw' | '$queryRaw'>;

/** Failures count for so long after the last one. */
const FAILURES_COUNT_SECONDS = 3_600;
/** For so long a successful log-in makes the next ones from there known. */
const KNOWN_DAYS = 30;
/** So many attempts of a bucket can be made at once and still be taken back as if they had not been. */
const REMEMBERED_STAMPS = 32;
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
      INSERT INTO log_in_attempts AS attempts (bucket, blocked_until)
      SELECT bucket, 'epoch'::timestamptz FROM unnest(${[...buckets]}::text[]) AS bucket ORDER BY bucket
      ON CONFLICT (bucket) DO UPDATE SET bucket = excluded.bucket
      RETURNING
        bucket,
        CASE WHEN failures_until > clock_timestamp() THEN failures ELSE 0 END AS failures,
        greatest(0, ceil(extract(epoch FROM blocked_until - clock_timestamp()) * 1000))::integer AS "blockedMs",
        coalesce(known_until > clock_timestamp(), false) AS "isKnown",
        blocked_until::text AS "blockedUntil"`;
  }

  /**
   * Writes what became of buckets that are locked, and forgets some that nobody needs any more. What is not blocked is so at any time:
   * a time is kept to the millisecond, so that the present one may lie ahead; and so may it on a server that takes over.
   */
  async count(tx: Transaction, counted: readonly CountedBucket[]): Promise<CountStamp[]> {
    const stamps = await tx.$queryRaw<CountStamp[]>`
      UPDATE log_in_attempts AS attempts
      SET failures = counted.failures,
        blocked_until = CASE
          WHEN counted.blocked_ms = 0 THEN 'epoch'
          ELSE date_trunc('milliseconds', clock_timestamp() + counted.blocked_ms * interval '1 millisecond') END,
        failures_until_before =
          (array_prepend(attempts.failures_until, attempts.failures_until_before))[1:${REMEMBERED_STAMPS}::integer],
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

  /**
   * Takes a failure back: it was none. Failures count until the last one that is left, in whatever order attempts are taken back that
   * were made at once.
   */
  async forgive(forgiven: readonly ForgivenBucket[]): Promise<void> {
    await this.#databases.catalog().$executeRaw`
      UPDATE log_in_attempts AS attempts
      SET failures = greatest(attempts.failures - 1, 0),
        failures_until = CASE WHEN attempts.failures_until = forgiven.failures_until
          THEN coalesce(attempts.failures_until_before[1], attempts.failures_until) ELSE attempts.failures_until END,
        failures_until_before = CASE WHEN attempts.failures_until = forgiven.failures_until
          THEN attempts.failures_until_before[2:]
          ELSE array_remove(attempts.failures_until_before, forgiven.failures_until) END,
        blocked_until = CASE WHEN attempts.failures_until = forgiven.failures_until
          THEN forgiven.blocked_until ELSE attempts.blocked_until END
      FROM unnest(
        ${forgiven.map(({ bucket }) => bucket)}::text[],
        ${forgiven.map(({ failuresUntil }) => failuresUntil)}::timestamptz[],
        ${forgiven.map(({ blockedUntil }) => blockedUntil)}::timestamptz[]
      ) AS forgiven (bucket, failures_until, blocked_until)
      WHERE attempts.bucket = forgiven.bucket`;
  }

  /** Remembers that a log-in succeeded, and forgets the failures before it. */
  async makeKnown(bucket: string): Promise<void> {
    await this.#databases.catalog().$executeRaw`
      UPDATE log_in_attempts
      SET failures = 0,
        blocked_until = 'epoch',
        known_until = now() + ${KNOWN_DAYS}::integer * interval '1 day',
        forget_at = now() + ${KNOWN_DAYS}::integer * interval '1 day'
      WHERE bucket = ${bucket}`;
  }
}
