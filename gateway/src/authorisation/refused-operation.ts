import type { CompiledOperation } from '../execution/compiled-operation.ts';
import type { Refusal } from './refusals.ts';
import { unauthorisedError } from './unauthorised-error.ts';

/** An operation of which nothing is answered: no subgraph is asked, and its variables are not looked at. */
export function refusedOperation(refusals: readonly Refusal[], decisionKey: string): CompiledOperation {
  const errors = refusals.map(unauthorisedError);
  return {
    decisionKey,
    plan: { kind: 'QueryPlan' },
    execute: async () => ({ data: null, errors }),
    executeToText: async () => ({ dataText: 'null', errors }),
  };
}
