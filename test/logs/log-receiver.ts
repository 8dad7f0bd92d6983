import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { listen } from '@tributary/runtime/http/listen';

/** A document as Elasticsearch would have indexed it. */
export interface IndexedLine {
  readonly index: string;
  readonly document: Readonly<Record<string, unknown>>;
}

/** As much of Elasticsearch as a shipper of logs asks for: `_cat/health` and `_bulk`. */
export class LogReceiver {
  readonly lines: IndexedLine[] = [];
  /** How many more lines are refused for now (429). */
  refusals = 0;
  /** How many more batches are refused as a whole (503). */
  wholeRefusals = 0;
  readonly #port: number;
  #server: Server | undefined;

  /** @param port where it listens once it is started */
  constructor(port: number) {
    this.#port = port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** What each line says. */
  get messages(): unknown[] {
    return this.lines.map(({ document }) => document['msg']);
  }

  async start(): Promise<void> {
    this.#server = createServer(async (request, response) => {
      const body = await text(request);
      if (request.url === '/_bulk' && this.wholeRefusals > 0) {
        this.wholeRefusals -= 1;
        response.writeHead(503, { 'content-type': 'application/json' }).end('{"status":503}');
        return;
      }
      const answer = request.url === '/_bulk' ? this.#index(body) : {};
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
    await listen(this.#server, { host: '127.0.0.1', port: this.#port });
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  }

  #index(body: string) {
    const parts = body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const items = [];
    for (let at = 0; at < parts.length; at += 2) {
      const { _index: index } = parts[at].create;
      const isRefused = this.refusals > 0;
      if (isRefused) this.refusals -= 1;
      else this.lines.push({ index, document: parts[at + 1] });
      items.push({
        create: {
          _index: index,
          status: isRefused ? 429 : 201,
          ...(isRefused && { error: { type: 'es_rejected_execution_exception' } }),
        },
      });
    }
    return { errors: items.some(({ create }) => create.status !== 201), items };
  }
}
