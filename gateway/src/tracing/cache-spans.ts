import type { RecallOptions } from '@tributary/runtime/http/recall';
import { endWith } from '@tributary/runtime/tracing/run-in-span';
import type { TraceSpan } from '@tributary/runtime/tracing/trace-span';
import type { Answered } from '../answer-cache/answer-cache.ts';
import type { GatewayOperation } from '../supergraph/gateway-operation.ts';

/** Looks for an answer within a span, which what is executed to have one is within. */
export async function inCacheSpan(
  asked: GatewayOperation,
  answer: (asked: GatewayOperation) => Promise<Answered>,
): Promise<Answered> {
  const { context } = asked;
  const span = context.trace?.span?.child('cache answers');
  if (span === undefined) return answer(asked);
  return endWith(
    span,
    answerIn(span, () => answer({ ...asked, context: { ...context, trace: span } })),
  );
}

async function answerIn(span: TraceSpan, answer: () => Promise<Answered>): Promise<Answered> {
  const answered = await answer();
  span.set({ 'tributary.cache.kind': answered.kind });
  return answered;
}

/** Records what is answered by what a request looks like; what is not recalled leaves no span. */
export function recallInSpans(recall: RecallOptions['answer']): RecallOptions['answer'] {
  return (request) => {
    const parent = request.trace?.span;
    if (parent === undefined) return recall(request);
    const startedAtMs = Date.now();
    const found = recall(request);
    const record = (): void => parent.child('recall answer', { startedAtMs }).end();
    if (!(found instanceof Promise)) {
      if (found) record();
      return found;
    }
    return found.then((recalled) => {
      if (recalled) record();
      return recalled;
    });
  };
}
