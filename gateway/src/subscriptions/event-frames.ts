import type { EventPosition } from '@tributary/runtime/viewer-events/viewer-events';

// Frames of a stream of server-sent events, in the protocol of graphql-sse: events are `next`, with a result, and `complete`.
// An `id` is where a client reads on from; browsers keep it and send it back, also the one of a frame that tells them nothing else.
// https://html.spec.whatwg.org/multipage/server-sent-events.html
// https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md

/** Proxies are to pass on what comes, as it comes, and nobody is to keep it. */
export const STREAM_HEADERS = [
  ['content-type', 'text/event-stream; charset=utf-8'],
  ['cache-control', 'no-store, no-transform'],
  ['x-accel-buffering', 'no'],
] as const;

/** How long clients wait before they come back: apart, so that those of a gateway that ends do not all come at once. */
const RETRY_MS = { least: 500, most: 3_000 };

/** The beginning of a stream: from where the client hears of everything. */
export function openingFrame(position: EventPosition): string {
  const retryMs = Math.round(RETRY_MS.least + Math.random() * (RETRY_MS.most - RETRY_MS.least));
  return `retry: ${retryMs}\nid: ${position}\n\n`;
}

/** @param result as JSON */
export function nextFrame(result: string, position?: EventPosition): string {
  // Most results have no line breaks; where a subgraph wrote some between its tokens, they would end the field.
  const line = /[\n\r]/.test(result) ? JSON.stringify(JSON.parse(result)) : result;
  return `event: next\n${position === undefined ? '' : `id: ${position}\n`}data: ${line}\n\n`;
}

/** The end of an operation, after which nobody is to come back. Browsers tell scripts of events that have a `data` only. */
const COMPLETE_FRAME = 'event: complete\ndata: \n\n';

/** A stream of one result, as JSON, after which nothing comes. */
export function completedFrames(result: string): string {
  return nextFrame(result) + COMPLETE_FRAME;
}

/** Keeps the connection alive, and has the client remember how far it has heard of everything. */
export function heartbeatFrame(position: EventPosition): string {
  return `:\nid: ${position}\n\n`;
}

/** The last words of a stream that is to be resumed: a comment, which scripts do not see. */
export function closingFrame(code: string): string {
  return `: closing ${code}\n\n`;
}
