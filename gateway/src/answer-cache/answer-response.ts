import type { HttpRequest, HttpResponse } from '@tributary/runtime/http/http-message';
import { isKnownTo } from './representation.ts';
import type { Representations } from './representations.ts';
import { ageSeconds, type StoredAnswer } from './stored-answer.ts';

/**
 * The response that brings an answer, or says to a GET that its client has it already.
 * @param contentType what the answer is sent as
 */
export async function answerResponse(
  stored: StoredAnswer,
  { method, headers }: Pick<HttpRequest, 'method' | 'headers'>,
  { representations, contentType, nowMs }: { representations: Representations; contentType: string; nowMs: number },
): Promise<HttpResponse> {
  const acceptEncoding = headers.get('accept-encoding');
  const representation = await representations.of(stored, { contentType, acceptEncoding });
  const age = ['age', String(ageSeconds(stored, nowMs))] as const;
  if (method === 'GET' && isKnownTo(headers.get('if-none-match'), representation)) {
    return { status: 304, headers: [...representation.notModifiedHeaders, age], body: '' };
  }
  return { status: 200, headers: [...representation.headers, age], body: representation.body };
}
