import type { Delivery, DeliveryChannel } from './delivery-channel.ts';
import { webhookHeaders } from './webhook-signature.ts';

export interface WebhookOptions {
  readonly url: string;
  /** The first ones are those in use; see `webhookHeaders`. */
  readonly secrets: readonly string[];
  /** How long the other side may take. */
  readonly timeLimitMs?: number;
}

/** The other side did not say that it has the message. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';
}

/**
 * Posts each notification as JSON to one URL, signed. Any answer of 200 to 299 says that the message was taken; its body is not
 * read. A redirection is not followed, for it would lead where nobody has configured this to go.
 */
export function createWebhookChannel({ url, secrets, timeLimitMs = 10_000 }: WebhookOptions): DeliveryChannel {
  return {
    async deliver(delivery) {
      const body = JSON.stringify(messageOf(delivery));
      const timestamp = Math.floor(Date.now() / 1_000);
      const headers = {
        'content-type': 'application/json',
        'user-agent': 'tributary',
        ...webhookHeaders({ id: delivery.deliveryId, timestamp, body }, secrets),
      };
      const signal = AbortSignal.timeout(timeLimitMs);
      const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal }).catch(
        (cause: unknown) => {
          throw new WebhookError(signal.aborted ? `no answer within ${timeLimitMs} ms` : 'it cannot be reached', {
            cause,
          });
        },
      );
      await response.body?.cancel();
      if (!response.ok) throw new WebhookError(`it answered ${response.status}`);
    },
  };
}

function messageOf({ deliveryId, userId, kind, subjectId, createdAt }: Delivery) {
  return {
    type: 'notification.created',
    timestamp: createdAt.toISOString(),
    data: { id: deliveryId, userId, kind, subjectId },
  };
}
