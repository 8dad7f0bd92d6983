import type { Positions } from '@tributary/runtime/cache/positions';
import type { WrittenAnswer } from '../execution/compiled-operation.ts';
import { answerBody } from '../execution/shaping/answer-body.ts';
import type { CompiledGateway } from '../supergraph/compiled-gateway.ts';
import type { GatewayOperation } from '../supergraph/gateway-operation.ts';
import { CollectedPolicy, type StoragePolicy } from './collected-policy.ts';
import { type StoredAnswer, storedAnswer } from './stored-answer.ts';

/** What came of executing a query. */
export interface FilledQuery {
  readonly written: WrittenAnswer;
  /**
   * What there is to keep: the answer; `uncacheable` where its subgraphs allow nobody to keep it; or `nothing` of this one, which
   * has errors, is too large, or was made when something else was decided about the viewer than its key says.
   */
  readonly kept: StoredAnswer | 'uncacheable' | 'nothing';
}

/** A longer one is a load for the store, and for whoever fetches it from there. */
const LARGEST_BODY_BYTES = 2 * 1024 * 1024;

export interface FillOptions {
  /** What is decided about the viewers that the answer may be given to. */
  readonly decisionKey: string;
  readonly nowMs: number;
  /** How far databases have to be which the answer is read from. */
  readonly minimumPositions: Positions;
  /** A `performance.now()`, when what has not come is left out of the answer; `undefined` while nobody waits for it. */
  readonly deadlineMs: number | undefined;
}

/**
 * Executes a query to its end, even if its client goes away: others may wait for it.
 * @throws what executing it throws
 */
export async function fillQuery(
  gateway: Pick<CompiledGateway, 'answerObserved'>,
  asked: GatewayOperation,
  { decisionKey, nowMs, minimumPositions, deadlineMs }: FillOptions,
): Promise<FilledQuery> {
  const collected = new CollectedPolicy();
  const { signal: _, ...context } = asked.context;
  const onReceived = collected.add.bind(collected);
  const { decisionKey: decided, ...written } = await gateway.answerObserved({
    ...asked,
    context: { ...context, deadlineMs },
    onReceived,
    minimumPositions,
  });
  const { dataText, errors } = written;
  if (dataText === undefined || errors.length > 0 || decided !== decisionKey) return { written, kept: 'nothing' };
  const policy = collected.policy && policyFor(decisionKey, collected.policy);
  if (!policy) return { written, kept: 'uncacheable' };
  const body = Buffer.from(answerBody(dataText, []));
  const kept = body.length > LARGEST_BODY_BYTES ? 'nothing' : storedAnswer(body, policy, nowMs);
  return { written, kept };
}

/** What not everybody may see is its viewer's own, whatever subgraphs say: a cache in front knows nothing of who may. */
function policyFor(decisionKey: string, policy: StoragePolicy): StoragePolicy {
  return decisionKey === '' ? policy : { ...policy, scope: 'private' };
}
