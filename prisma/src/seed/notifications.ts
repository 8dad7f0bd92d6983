import { composeId } from '../ids/id.ts';
import { type History, type SeedOrder, type SeedReview, tellHistory } from './history.ts';
import { DEMO_CUSTOMER, type Marketplace, SEED_END_MS, type SeedUser } from './marketplace.ts';
import { Random } from './random.ts';

export interface SeedNotification {
  id: bigint;
  kind: 'ORDER_CONFIRMED' | 'ORDER_REJECTED' | 'ORDER_CANCELLED' | 'REVIEW_RECEIVED';
  subjectId: bigint;
  readMs: number | null;
}

/** The newest reviews of a merchant's products, by the merchant's index. */
export type ReceivedReviews = ReadonlyMap<number, readonly SeedReview[]>;

const KIND_OF_STATUS = {
  CONFIRMED: 'ORDER_CONFIRMED',
  REJECTED: 'ORDER_REJECTED',
  CANCELLED: 'ORDER_CANCELLED',
} as const satisfies Record<SeedOrder['status'], SeedNotification['kind']>;

const MOST_REVIEWS_A_MERCHANT = 20;
const HOUR_MS = 3_600_000;
const UNREAD_AFTER_MS = SEED_END_MS - 14 * 24 * HOUR_MS;
const SEQUENCES = 4_096;

/** Goes through all histories once: reviews are on their authors' shards, the notifications of them on the merchants'. */
export function collectReceivedReviews(marketplace: Marketplace): ReceivedReviews {
  const received = new Map<number, SeedReview[]>();
  for (const user of marketplace.users) {
    for (const review of tellHistory(marketplace, user).reviews) {
      const newest = received.get(review.product.merchant.index) ?? [];
      newest.push(review);
      newest.sort((left, right) => right.writtenMs - left.writtenMs).splice(MOST_REVIEWS_A_MERCHANT);
      received.set(review.product.merchant.index, newest);
    }
  }
  return received;
}

/** The notifications of a user: of half of the orders (of all for the demo customer), and of the newest reviews for a merchant. */
export function makeNotifications(user: SeedUser, history: History, received: ReceivedReviews): SeedNotification[] {
  const random = Random.of('notification', user.index);
  const share = user.index === DEMO_CUSTOMER ? 1 : 0.5;
  const news = [
    ...history.orders
      .filter(() => random.chance(share))
      .map(({ id, placedMs, status }) => ({ subjectId: id, kind: KIND_OF_STATUS[status], happenedMs: placedMs })),
    ...(received.get(user.index) ?? []).map(({ id, writtenMs }) => {
      return { subjectId: id, kind: 'REVIEW_RECEIVED' as const, happenedMs: writtenMs };
    }),
  ];
  return news.map(({ subjectId, kind, happenedMs }, index) => {
    const sentMs = happenedMs + random.between(200, 4_000);
    const isRead = sentMs < UNREAD_AFTER_MS && random.chance(0.9);
    return {
      id: composeId({ timeMs: sentMs, logicalShard: user.logicalShard, sequence: index % SEQUENCES }),
      kind,
      subjectId,
      readMs: isRead ? sentMs + random.between(1, 48) * HOUR_MS : null,
    };
  });
}
