import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Answerer, referenceAnswerer, subgraphAnswerer, subgraphNames } from './subgraph-schema.ts';

/** Enough for every request of a run; those of a run over many distinct operations are answered afresh. */
const rememberedAnswers = 10_000;

const answerers = new Map<string, Answerer>(subgraphNames.map((name) => [`/${name}`, subgraphAnswerer(name)]));
const reference = referenceAnswerer();
const answers = new Map<string, Buffer>();
let requestCount = 0;

const endedSessions = Array.from({ length: 500 }, (_, index) => ({
  sessionId: `ses_ended${index}`,
  untilMs: Date.now() + 3_600_000,
}));
const revocations = JSON.stringify({ revoked: endedSessions });

async function answer(path: string, body: string): Promise<Buffer> {
  const key = path + body;
  const known = answers.get(key);
  if (known) return known;
  const answerer = path === '/reference' ? reference : answerers.get(path);
  if (!answerer) throw new Error(`there is no ${path}`);
  const made = Buffer.from(JSON.stringify(await answerer(JSON.parse(body))));
  if (answers.size < rememberedAnswers) answers.set(key, made);
  return made;
}

/**
 * All subgraphs in one process, each at its name, as cheap as `node:http` can be: a request seen before gets the bytes it got then.
 * `/reference` is the whole graph, `/count` tells how many requests the subgraphs have had, and
 * `/revocations` which sessions have ended.
 */
const server = createServer(async (message, target) => {
  try {
    const path = message.url ?? '/';
    if (path === '/count') {
      target.end(String(requestCount));
      return;
    }
    if (path.startsWith('/revocations')) {
      target.end(revocations);
      return;
    }
    if (answerers.has(path)) requestCount += 1;
    const bytes = await answer(path, await text(message));
    const head = { 'content-type': 'application/json', 'content-length': bytes.length };
    // Only for a gateway that keeps answers; to all others the header would be a cost.
    const kept = message.headers['x-tributary-cache-tags'] === '1' && { 'cache-control': 'max-age=3600, public' };
    target.writeHead(200, { ...head, ...kept }).end(bytes);
  } catch (error) {
    target.writeHead(400).end(String(error));
  }
});
server.keepAliveTimeout = 120_000;
server.listen(Number(process.argv[2]), '127.0.0.1');
