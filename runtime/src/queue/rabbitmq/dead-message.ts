import type { AsyncMessage, Envelope, SyncMessage } from 'rabbitmq-client';
import { decodeEvent } from './event-message.ts';

/** A message that was given up. */
export interface DeadMessage {
  readonly queue: string;
  /** Absent for what is no event of ours, like the next two. */
  readonly eventName: string | undefined;
  readonly eventId: bigint | undefined;
  /** When the event happened. */
  readonly occurredAt: Date | undefined;
  readonly attempts: number;
  readonly reason: string;
}

const REASON = 'tributary-reason';
const ATTEMPTS = 'tributary-attempts';
/** What a frame's header can surely hold, whatever its other fields. */
const MAX_REASON_LENGTH = 1_000;

/** How a message is put into the queue of dead ones: as it came, with what is known of its end. */
export function deadEnvelope(
  message: AsyncMessage,
  { attempts, reason }: { attempts: number; reason: string },
): Envelope {
  const { messageId, type, contentType } = message;
  const traceparent = message.headers?.['traceparent'];
  const headers = {
    ...(typeof traceparent === 'string' && { traceparent }),
    [REASON]: reason.slice(0, MAX_REASON_LENGTH),
    [ATTEMPTS]: attempts,
  };
  return {
    ...(messageId !== undefined && { messageId }),
    ...(type !== undefined && { type }),
    ...(contentType !== undefined && { contentType }),
    headers,
  };
}

/** What a message in the queue of dead ones tells. */
export function readDeadMessage(queue: string, message: SyncMessage): DeadMessage {
  const event = decodeEvent(message);
  const { [REASON]: reason, [ATTEMPTS]: attempts } = message.headers ?? {};
  return {
    queue,
    eventName: event?.name,
    eventId: event?.id,
    occurredAt: event?.occurredAt,
    attempts: typeof attempts === 'number' ? attempts : 0,
    reason: typeof reason === 'string' ? reason : 'no reason is known',
  };
}
