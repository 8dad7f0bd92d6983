import { createClient } from 'graphql-sse';

/** A client of graphql-sse that reads on, wherever it is connected next, from where it was. */
export interface ResumingClient {
  /** What was heard, and every error. */
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into results of every shape
  readonly results: any[];
  /** How often it has connected. */
  readonly connections: () => number;
  close(): void;
}

/** Subscribes with graphql-sse, which leaves ids of events to whoever wants to read on from them: docs/subscriptions.md. */
export function subscribe(options: {
  /** Of a gateway, without a path; asked for each connection. */
  url: () => string;
  token: string;
  query: string;
  variables?: Record<string, unknown>;
}): ResumingClient {
  let lastEventId: string | undefined;
  let connections = 0;

  const client = createClient({
    url: () => `${options.url()}/graphql`,
    headers: () => ({
      authorization: `Bearer ${options.token}`,
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    }),
    retryAttempts: 100,
    retry: () => new Promise((resolve) => setTimeout(resolve, 50)),
    async fetchFn(url: string, init: RequestInit) {
      const response = await fetch(url, init);
      let unread = '';
      const ids = new TransformStream<string, string>({
        transform(text, controller) {
          unread += text;
          const end = unread.lastIndexOf('\n\n') + 2;
          if (end < 2) return;
          controller.enqueue(unread.slice(0, end));
          lastEventId = [...unread.slice(0, end).matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? lastEventId;
          unread = unread.slice(end);
        },
      });
      const body = response.body
        ?.pipeThrough(new TextDecoderStream())
        .pipeThrough(ids)
        .pipeThrough(new TextEncoderStream());
      return new Response(body ?? null, { status: response.status, headers: response.headers });
    },
    on: {
      connected: () => {
        connections += 1;
      },
    },
  });
  const results: unknown[] = [];
  client.subscribe(
    { query: options.query, ...(options.variables && { variables: options.variables }) },
    {
      next: (result) => results.push(result),
      error: (error) => results.push({ ended: String(error) }),
      complete: () => undefined,
    },
  );
  return { results, connections: () => connections, close: () => client.dispose() };
}
