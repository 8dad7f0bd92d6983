import type { NotificationKind } from '../notification-repository.ts';

/** A notification on its way to its user. Ids are in their typed text form. */
export interface Delivery {
  /** The same at every attempt: who has had it before knows it again. */
  readonly deliveryId: string;
  readonly userId: string;
  readonly kind: NotificationKind;
  /** An order or a review, as the kind tells. */
  readonly subjectId: string;
  readonly createdAt: Date;
}

/** Brings notifications to their users, outside of the graph. */
export interface DeliveryChannel {
  /** Resolves when the other side has it; when it rejects, it is asked again later. It may be asked twice. */
  deliver(delivery: Delivery): Promise<void>;
}
