import { ApolloLink, fallbackHttpConfig, Observable, ServerError, selectHttpOptionsAndBody } from '@apollo/client';
import { contextOf } from './operation-context.ts';
import { eventsIn } from './server-sent-events.ts';

export interface EventStreamLinkOptions {
  readonly url: string;
  readonly fetch: typeof fetch;
  /** Says who asks, for each connection anew: a stream outlives tokens. */
  readonly headers: () => Record<string, string>;
}

/** The gateway says how long to wait before coming back; this is for when it could not. */
const FIRST_PAUSE_MS = 1_000;

/** What proxies and gateways say that are busy or being restarted: too many requests, no gateway, overloaded, late. */
const PASSING = new Set([429, 502, 503, 504]);

/**
 * Subscriptions by server-sent events. A stream that breaks off is taken up again where it was, at whatever gateway answers then: nothing
 * is missed, and nothing comes twice.
 */
export class EventStreamLink extends ApolloLink {
  constructor({ url, fetch: send, headers: headersNow }: EventStreamLinkOptions) {
    super(
      (operation) =>
        new Observable((observer) => {
          const leaving = new AbortController();
          const { headers, http, onOpen } = contextOf(operation);
          const { options, body } = selectHttpOptionsAndBody(operation, fallbackHttpConfig, {
            ...(headers && { headers }),
            ...(http && { http }),
          });

          async function follow(): Promise<void> {
            let lastEventId: string | undefined;
            let pauseMs = FIRST_PAUSE_MS;
            while (!leaving.signal.aborted) {
              const response = await send(url, {
                method: 'POST',
                headers: {
                  ...options.headers,
                  ...headersNow(),
                  accept: 'text/event-stream',
                  ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
                },
                body: JSON.stringify(body),
                signal: leaving.signal,
              }).catch(() => undefined);
              if (response && !response.ok && !PASSING.has(response.status)) throw await refusal(response);
              if (response?.ok && response.body) {
                for await (const { id, event, data, retryMs } of eventsIn(response.body)) {
                  if (id !== undefined) lastEventId = id;
                  if (retryMs !== undefined) pauseMs = retryMs;
                  if (event === 'open') onOpen?.();
                  if (event === 'next') observer.next(JSON.parse(data));
                  if (event === 'complete') return;
                }
              }
              await pause(pauseMs, leaving.signal);
            }
          }

          follow().then(
            () => observer.complete(),
            (error) => observer.error(error),
          );
          return () => leaving.abort();
        }),
    );
  }
}

async function refusal(response: Response): Promise<ServerError> {
  return new ServerError(`the stream was refused: ${response.status}`, { response, bodyText: await response.text() });
}

/** Less than that where somebody leaves meanwhile. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}
