import type { IncomingMessage, ServerResponse } from 'node:http';
import { HeaderMap } from '@apollo/server';
import type { HttpRequest } from './http-message.ts';
import { requestIdFrom } from './request-id.ts';

/** A request as handlers see it, its body not read yet. */
export function toHttpRequest(message: IncomingMessage, target: ServerResponse): HttpRequest {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const url = message.url ?? '/';
  const query = url.indexOf('?');
  const aborter = new AbortController();
  target.once('close', () => {
    if (!target.writableFinished) aborter.abort();
  });
  return {
    method: message.method ?? 'GET',
    path: query === -1 ? url : url.slice(0, query),
    search: query === -1 ? '' : url.slice(query),
    headers,
    body: undefined,
    requestId: requestIdFrom(headers.get('x-request-id')),
    remoteAddress: message.socket.remoteAddress,
    signal: aborter.signal,
  };
}
