import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/** As much as `node:http` can do: it reads the request, looks the whole answer up, and sends it. */
const [port, answersFile = ''] = process.argv.slice(2);
const answers = new Map<string, Buffer>(
  Object.entries<string>(JSON.parse(readFileSync(answersFile, 'utf8'))).map(([body, answer]) => [
    body,
    Buffer.from(answer),
  ]),
);

const unknown = Buffer.from('{"data":{}}');

const server = createServer(async (message, target) => {
  const answer = answers.get(await text(message)) ?? unknown;
  target.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length }).end(answer);
});
server.listen(Number(port), '127.0.0.1');
