import { hash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Databases } from '@tributary/prisma/clients/databases';
import { CodedError } from '@tributary/runtime/errors/coded-error';
import type { BucketState, CountedBucket, LogInAttemptRepository } from './log-in-attempt-repository.ts';

/** Who wants to log in, and from where if that is known. */
export interface LogInAttempt {
  /** In lower case. */
  readonly email: string;
  readonly clientAddress: string | undefined;
}

/** What may be told of an attempt: hashes, and for how long the next one will not be looked at should this one fail. */
export interface AttemptMarks {
  readonly account: string;
  /** Of where it comes from; null where that is not known. */
  readonly client: string | null;
  readonly pauseMs: number;
}

/** An attempt that is counted as failed, until it is said to be something else. */
export interface CountedAttempt {
  readonly marks: AttemptMarks;
  /** The password was right. */
  succeed(): Promise<void>;
  /** The password was not looked at. */
  withdraw(): Promise<void>;
}

/** Lets attempts to log in through, fewer and fewer while they fail. */
export interface LogInThrottle {
  /**
   * Counts an attempt as failed before it is made, so that a hundred at once do not all pass.
   * @throws CodedError LOGIN_THROTTLED with `extensions.retryAfter` in seconds
   */
  begin(attempt: LogInAttempt): Promise<CountedAttempt>;
}

interface Limit {
  /** So many failures within an hour cost nothing. */
  readonly free: number;
  /** The pause doubles from 1 s with every further failure, up to this. */
  readonly longestPauseMs: number;
}

type Kind = 'account-and-address' | 'account' | 'address';

type Counting<Bucket extends BucketState> = Bucket & { readonly kind: Kind };

const FIRST_PAUSE_MS = 1_000;

/**
 * Somebody who guesses at one account from one address soon waits a quarter of an hour. One who has many addresses, or tries
 * many accounts, waits a minute. An account is never locked: its owner gets in from any address where they did so before,
 * whatever others do elsewhere.
 */
const LIMITS: Readonly<Record<Kind, Limit>> = {
  'account-and-address': { free: 5, longestPauseMs: 15 * 60_000 },
  account: { free: 20, longestPauseMs: 60_000 },
  address: { free: 100, longestPauseMs: 60_000 },
};

/** Counts in the database, for all processes together. An unknown account is counted as any other. */
export function createLogInThrottle(databases: Databases, attempts: LogInAttemptRepository): LogInThrottle {
  return {
    async begin(attempt) {
      const buckets = bucketsOf(attempt);
      const names = [...buckets.keys()];
      // A flood of attempts that are refused anyway takes no locks and writes nothing.
      refuseIfBlocked(countingOf(await attempts.find(names), buckets));
      let pauseMs = 0;
      const counted = await databases.catalog().$transaction(async (tx) => {
        const counting = countingOf(await attempts.lock(tx, names), buckets);
        refuseIfBlocked(counting);
        const withThis = counting.map(withOneMoreFailure);
        pauseMs = Math.max(0, ...withThis.map(({ blockedMs }) => blockedMs));
        const stamps = await attempts.count(tx, withThis);
        return stamps.flatMap((stamp) => {
          const found = counting.find(({ bucket }) => bucket === stamp.bucket);
          return found ? [{ ...found, ...stamp }] : [];
        });
      });
      const nameOf = (kind: Kind) => names.find((name) => buckets.get(name) === kind);
      return {
        marks: { account: nameOf('account') ?? '', client: nameOf('address') ?? null, pauseMs },
        async succeed() {
          const pair = counted.find(({ kind }) => kind === 'account-and-address');
          await attempts.forgive(counted.filter((each) => each !== pair));
          if (pair) await attempts.makeKnown(pair.bucket);
        },
        withdraw: () => attempts.forgive(counted),
      };
    },
  };
}

/** The buckets that an attempt is judged by: that of the account is not one for who comes from where they are known. */
function countingOf<Bucket extends BucketState>(
  states: readonly Bucket[],
  kinds: ReadonlyMap<string, Kind>,
): Counting<Bucket>[] {
  const isKnown = states.some((state) => state.isKnown);
  return states.flatMap((state) => {
    const kind = kinds.get(state.bucket);
    return kind === undefined || (isKnown && kind === 'account') ? [] : [{ ...state, kind }];
  });
}

function withOneMoreFailure({ bucket, failures, kind }: Counting<BucketState>): CountedBucket {
  return { bucket, failures: failures + 1, blockedMs: pauseMs(failures + 1, LIMITS[kind]) };
}

/** How long after so many failures the next attempt has to wait. */
export function pauseMs(failures: number, { free, longestPauseMs }: Limit): number {
  return failures <= free ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (failures - free - 1), longestPauseMs);
}

function refuseIfBlocked(states: readonly BucketState[]): void {
  const blockedMs = Math.max(0, ...states.map((state) => state.blockedMs));
  if (blockedMs === 0) return;
  const retryAfter = Math.ceil(blockedMs / 1_000);
  throw new CodedError('LOGIN_THROTTLED', `Too many log-ins have failed: try again in ${retryAfter} s`, {
    extensions: { retryAfter },
  });
}

/** Buckets are hashes: nobody can read out of the table who tried to log in from where. */
function bucketsOf({ email, clientAddress }: LogInAttempt): Map<string, Kind> {
  const account = JSON.stringify([email]);
  if (clientAddress === undefined) return new Map([[bucketOf('account', account), 'account']]);
  const network = networkOf(clientAddress);
  return new Map([
    [bucketOf('account', account), 'account'],
    [bucketOf('address', network), 'address'],
    [bucketOf('account-and-address', JSON.stringify([email, network])), 'account-and-address'],
  ]);
}

function bucketOf(kind: Kind, text: string): string {
  return `${kind}:${hash('sha256', text, 'base64url')}`;
}

/** Who has one IPv6 address has the 2^64 of its network. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const { hostname } = new URL(`http://[${address.replace(/%.*$/, '')}]`);
  const [head = '', tail] = hostname.slice(1, -1).split('::');
  const leading = head === '' ? [] : head.split(':');
  const trailing = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - leading.length - trailing.length }, () => '0');
  return [...leading, ...zeros, ...trailing].slice(0, 4).join(':');
}
