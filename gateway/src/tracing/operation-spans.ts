import { endWith } from '@tributary/runtime/tracing/run-in-span';
import type { TraceSpan } from '@tributary/runtime/tracing/trace-span';
import { type DocumentNode, Kind, type OperationDefinitionNode } from 'graphql';
import type { Answer, CompiledOperation, WrittenAnswer } from '../execution/compiled-operation.ts';
import type { GatewayContext } from '../gateway-context.ts';
import type { AbortState } from '../subgraph-fetch/exchange.ts';

interface TracedOperation {
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  readonly context: GatewayContext;
}

/** Executes an operation within a span that is named after it: `query Cart`. */
export async function inOperationSpan<Asked extends TracedOperation, Given extends Pick<Answer, 'errors'>>(
  asked: Asked,
  execute: (asked: Asked) => Promise<Given>,
): Promise<Given> {
  const { context } = asked;
  const parent = context.trace?.span;
  if (parent === undefined) return execute(asked);
  const operation = operationOf(asked);
  const type = operation?.operation ?? 'query';
  const name = operation?.name?.value;
  const span = parent.child(name === undefined ? type : `${type} ${name}`, {
    attributes: { 'graphql.operation.type': type, 'graphql.operation.name': name },
  });
  return endWith(
    span,
    executeIn(span, () => execute({ ...asked, context: { ...context, trace: span } })),
  );
}

async function executeIn<Given extends Pick<Answer, 'errors'>>(
  span: TraceSpan,
  execute: () => Promise<Given>,
): Promise<Given> {
  const answer = await execute();
  const [first] = answer.errors;
  if (first) {
    span.set({ 'tributary.answer.errors': answer.errors.length });
    span.fail(String(first.extensions?.['code'] ?? 'an error without a code'));
  }
  return answer;
}

/** Records how the plan of an operation comes: it is at hand, or has to be waited for. */
export function recordPlan(parent: TraceSpan, operation: CompiledOperation | Promise<CompiledOperation>): void {
  const isAtHand = !(operation instanceof Promise);
  const span = parent.child('plan', { attributes: { 'tributary.plan.at_hand': isAtHand } });
  if (isAtHand) span.end();
  else endWith(span, operation).catch(ignore);
}

/** It is told to whoever waits for the plan. */
const ignore = (): void => undefined;

type Execute = (signal: AbortState | undefined) => Promise<WrittenAnswer>;

/** An execution whose answer says in which span it was made. */
export function executedIn({ traceparent }: TraceSpan, execute: Execute): Execute {
  return async (signal) => ({ ...(await execute(signal)), traceparent });
}

/** Links an operation to that of another request whose answer it got. */
export function linkToOrigin(span: TraceSpan, { traceparent }: Pick<WrittenAnswer, 'traceparent'>): void {
  if (traceparent === undefined || traceparent === span.traceparent) return;
  span.set({ 'tributary.answer.shared': true });
  span.linkTo(traceparent);
}

function operationOf({ document, operationName }: TracedOperation): OperationDefinitionNode | undefined {
  return document.definitions.find(
    (definition): definition is OperationDefinitionNode =>
      definition.kind === Kind.OPERATION_DEFINITION &&
      (operationName === undefined || definition.name?.value === operationName),
  );
}
