import { once } from 'node:events';
import { createServer } from 'node:http';

/** A web server of its own, and so an origin of its own. */
export interface FrontEnd {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  stop(): Promise<void>;
}

/** What `askGraph` of the page resolves with. */
export interface PageAnswer {
  readonly status: number;
  /** Null when the browser doesn't let the page read it. */
  readonly requestId: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of every shape
  readonly body: any;
}

/** The front end: it asks the graph as any other would, with nothing but `fetch`. */
const SCRIPT = `
  window.askGraph = async ({ url, query, variables, token }) => {
    const headers = { 'content-type': 'application/json' };
    if (token) headers.authorization = 'Bearer ' + token;
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
    return { status: response.status, requestId: response.headers.get('x-request-id'), body: await response.json() };
  };
`;

const PAGE = `<!doctype html><html lang="en"><title>Shop</title><script>${SCRIPT}</script>`;

/** Starts a web server that serves one page with `window.askGraph`. */
export async function startFrontEnd(): Promise<FrontEnd> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(PAGE);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the front end listens on no TCP port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
