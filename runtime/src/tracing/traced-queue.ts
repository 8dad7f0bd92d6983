import type { EventEnvelope } from '../events/event-envelope.ts';
import type { Queue } from '../queue/queue.ts';
import { runWithTrace } from '../request/request-work.ts';
import { failureReasonOf } from './failure-reason.ts';
import { runInSpan } from './run-in-span.ts';
import type { RequestTrace, SpanOptions, Tracing } from './trace-span.ts';

export interface TracedQueueOptions {
  readonly tracing: Tracing;
  /** What carries the events: `rabbitmq`, `postgresql`. */
  readonly system: string;
}

/**
 * A queue whose events go on with the trace of what they follow from: publishing one is a span of that trace, and so is handling
 * it, with all that the handler does.
 */
export function tracedQueue(queue: Queue, { tracing, system }: TracedQueueOptions): Queue {
  const begin = (operation: 'send' | 'process', event: EventEnvelope, options: SpanOptions): RequestTrace =>
    tracing.begin(`${operation} ${event.name}`, event.traceparent, {
      ...options,
      attributes: {
        'messaging.system': system,
        'messaging.operation.name': operation,
        'messaging.operation.type': operation,
        'messaging.message.id': event.id.toString(),
        'tributary.event.name': event.name,
        ...options.attributes,
      },
    });

  return {
    async publish(events) {
      const sent = events.map((event) => ({
        event,
        trace: event.traceparent === undefined ? undefined : beginSending(event),
      }));
      const end = (reason?: string): void => {
        for (const { trace } of sent) endSending(trace, reason);
      };
      try {
        await queue.publish(
          sent.map(({ event, trace }) => (trace ? { ...event, traceparent: trace.traceparent } : event)),
        );
      } catch (error) {
        end(failureReasonOf(error));
        throw error;
      }
      end();
    },

    subscribe({ handle, ...wishes }) {
      return queue.subscribe({
        ...wishes,
        handle: async (event) => {
          const trace = begin('process', event, {
            kind: 'consumer',
            attributes: { 'messaging.destination.name': wishes.queue },
          });
          // What is not recorded is gone on with, too: whoever hears of what follows would decide anew.
          await (trace.span ? runInSpan(trace.span, () => handle(event)) : runWithTrace(trace, () => handle(event)));
        },
      });
    },

    close: () => queue.close(),
  };

  function beginSending(event: EventEnvelope): RequestTrace {
    return begin('send', event, { kind: 'producer', attributes: { 'messaging.destination.name': event.name } });
  }
}

function endSending(trace: RequestTrace | undefined, reason: string | undefined): void {
  if (trace?.span === undefined) return;
  if (reason !== undefined) trace.span.fail(reason);
  trace.span.end();
}
