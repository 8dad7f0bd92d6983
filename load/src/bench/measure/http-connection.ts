import { connect, type Socket } from 'node:net';
import { type Answer, AnswerReader } from './answer-reader.ts';

/** A POST to `/graphql` on this machine, ready to be written. */
export function encodeRequest(port: number, body: string, headers: Readonly<Record<string, string>> = {}): Buffer {
  const lines = Object.entries({
    host: `127.0.0.1:${port}`,
    'content-type': 'application/json',
    accept: 'application/json',
    ...headers,
    'content-length': Buffer.byteLength(body),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST /graphql HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}

/** A keep-alive connection to this machine that carries one request at a time and is opened again after it broke. */
export class HttpConnection {
  readonly #port: number;
  #socket: Socket | undefined;
  #reader = new AnswerReader();
  #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  /** @throws Error when the connection breaks before the answer is complete */
  send(request: Buffer): Promise<Answer> {
    if (this.#waiting) throw new Error('a request is under way');
    this.#socket ??= this.#open();
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket?.write(request);
    });
  }

  close(): void {
    this.#socket?.destroy();
  }

  #open(): Socket {
    this.#reader = new AnswerReader();
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    socket.on('data', (bytes: Buffer) => {
      const answer = this.#reader.push(bytes);
      if (answer) this.#settle()?.resolve(answer);
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
      this.#settle()?.reject(new Error('the connection was closed'));
    });
    return socket;
  }

  #settle() {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }
}
