import { Agent, request } from 'undici';

/** One block of a stream of server-sent events, in its parts. */
export interface StreamBlock {
  readonly event: string | undefined;
  readonly id: string | undefined;
  readonly comment: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into results of every shape
  readonly data: any;
}

/** A client of server-sent events that reads everything there is, as a browser does. */
export interface StreamClient {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** All that came so far. */
  readonly blocks: readonly StreamBlock[];
  /** Of the `next` events so far. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  results(): any[];
  /** As a browser keeps it. */
  lastEventId(): string | undefined;
  /** The text of an answer that is no stream; of a stream, all of it, once it has ended. */
  readonly text: Promise<string>;
  /** Resolves when the server ended the stream, or the connection was lost. */
  readonly ended: Promise<void>;
  /** Begins to take what there is. */
  read(): void;
  close(): Promise<void>;
}

export interface StreamAsked {
  readonly query?: string;
  readonly variables?: object;
  /** In place of both. */
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** By GET, as `EventSource` does. */
  readonly isGet?: boolean;
  /** Takes nothing until `read` is called. */
  readonly isIdle?: boolean;
}

/** @param url of a gateway, without a path */
export async function openStream(url: string, asked: StreamAsked): Promise<StreamClient> {
  const { query, variables = {}, headers, isGet, isIdle } = asked;
  const agent = new Agent({ bodyTimeout: 0, connections: 1 });
  const body = JSON.stringify(asked.body ?? { query, variables });
  const search = isGet ? `?${new URLSearchParams({ query: query ?? '', variables: JSON.stringify(variables) })}` : '';
  const response = await request(`${url}/graphql${search}`, {
    dispatcher: agent,
    method: isGet ? 'GET' : 'POST',
    headers: { accept: 'text/event-stream', ...(!isGet && { 'content-type': 'application/json' }), ...headers },
    body: isGet ? null : body,
  });
  const blocks: StreamBlock[] = [];
  let whole = '';
  let unread = '';
  let lastEventId: string | undefined;

  function take(text: string): void {
    whole += text;
    const parts = (unread + text).split('\n\n');
    unread = parts.pop() ?? '';
    for (const block of parts.map(parseBlock)) {
      lastEventId = block.id ?? lastEventId;
      blocks.push(block);
    }
  }

  const { promise: isReading, resolve: read } = Promise.withResolvers<void>();
  if (!isIdle) read();
  const ended = (async () => {
    await isReading;
    for await (const chunk of response.body) take(String(chunk));
  })()
    .catch(() => undefined)
    .then(() => agent.destroy());
  return {
    status: response.statusCode,
    headers: response.headers,
    blocks,
    results: () => blocks.filter(({ event }) => event === 'next').map(({ data }) => data),
    lastEventId: () => lastEventId,
    text: ended.then(() => whole),
    ended,
    read,
    async close() {
      read();
      await agent.destroy();
      await ended;
    },
  };
}

function parseBlock(block: string): StreamBlock {
  const fields = new Map(
    block.split('\n').map((line): [string, string] => {
      const nameEnd = line.indexOf(':');
      return [line.slice(0, nameEnd), line.slice(nameEnd + 1).trimStart()];
    }),
  );
  const data = fields.get('data');
  return {
    event: fields.get('event'),
    id: fields.get('id'),
    comment: fields.get(''),
    data: data === undefined || data === '' ? undefined : JSON.parse(data),
  };
}
