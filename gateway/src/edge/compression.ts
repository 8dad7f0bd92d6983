import type { HttpHandler, HttpResponse } from '@tributary/runtime/http/http-message';
import { contentCodingFor } from './content-coding.ts';

/** Fewer bytes fit in one or two packets anyway. In UTF-16 units, which are no more than the bytes. */
export const WORTH_COMPRESSING = 2_048;

/**
 * More is compressed on another thread, so that nobody waits a millisecond or more for somebody else's answer. Up to here, handing it
 * over and back costs this thread as much as compressing, and the process twice as much.
 */
export const LONGEST_ON_THIS_THREAD = 256 * 1024;

/**
 * Compresses large answers for clients that take it. What comes in pieces or is encoded already is left as it is.
 *
 * That the length of an answer tells something about its content (BREACH) is of no use here: a page of another site cannot send
 * requests as somebody, since who asks is said in a header that browsers do not send by themselves.
 */
export function compressAnswers(handler: HttpHandler): HttpHandler {
  return async (request) => {
    const response = await handler(request);
    const headers = [...response.headers];
    // What has a tag of its own was coded as its client takes it, or left as it is, by whoever gave it the tag.
    if (headers.some(([name]) => name === 'content-encoding' || name === 'etag')) return response;
    // Short answers depend on the header, too: to a cache they are the same resource as the long ones.
    headers.push(['vary', 'Accept-Encoding']);
    const compressed = await compress(response, request.headers.get('accept-encoding'));
    if (!compressed) return { ...response, headers };
    headers.push(['content-encoding', compressed.coding]);
    return { ...response, headers, body: compressed.body };
  };
}

async function compress({ body }: HttpResponse, acceptEncoding: string | undefined) {
  if ((typeof body !== 'string' && !Buffer.isBuffer(body)) || body.length < WORTH_COMPRESSING) return undefined;
  const coding = contentCodingFor(acceptEncoding);
  if (!coding) return undefined;
  const isLong = body.length > LONGEST_ON_THIS_THREAD;
  return { coding: coding.name, body: isLong ? await coding.compressAside(body) : coding.compress(body) };
}
