import { checkAcknowledgedOrders } from './acknowledged-orders.ts';
import { checkAnswers } from './answers.ts';
import { checkBacklogs } from './backlogs.ts';
import type { Evidence, Violation } from './evidence.ts';
import { checkIdempotencyKeys } from './idempotency-keys.ts';
import { checkNotifications } from './notifications.ts';
import { checkOrderStatuses } from './order-statuses.ts';
import { checkRefusals } from './refusals.ts';
import { checkReservations } from './reservations.ts';
import { checkStock } from './stock.ts';

const RULES = [
  checkAcknowledgedOrders,
  checkAnswers,
  checkIdempotencyKeys,
  checkOrderStatuses,
  checkRefusals,
  checkReservations,
  checkStock,
  checkNotifications,
  checkBacklogs,
];

/** All promises that a run has broken, as its evidence shows; none if it kept them all. */
export function findViolations(evidence: Evidence): Violation[] {
  return RULES.flatMap((check) => check(evidence));
}
