import type { Logger } from '@tributary/runtime/logging/logger';
import type { AuthorisationOptions } from '../authorisation/authoriser.ts';
import type { AnswerError } from '../execution/failure-log.ts';
import type { GatewayContext } from '../gateway-context.ts';
import type { PlanningLimits } from '../limits/planner-limits.ts';
import type { CompiledSupergraphOptions } from '../planning/compiled-supergraph.ts';
import type { SharingMode } from '../sharing/sharing-mode.ts';
import type { HeadersOf } from '../subgraph-fetch/subgraph-client.ts';
import type { SubgraphClientRegistry } from '../subgraph-fetch/subgraph-client-registry.ts';
import type { UseObserver } from '../warm-up/operation-uses.ts';
import type { WarmUp } from '../warm-up/warm-up.ts';

export interface CompiledGatewayOptions {
  supergraphSdl: string;
  clients: Pick<SubgraphClientRegistry, 'clientsFor' | 'serve' | 'retireUnserved'>;
  /** Makes what is sent with requests of our own, for nobody. */
  ownHeaders?: HeadersOf;
  planningLimits: PlanningLimits;
  /** How what supergraphs ask of viewers is enforced; with `off`, one that asks anything is not served. */
  authorisation: AuthorisationOptions | 'off';
  /** What is shared between requests of equal callers that are under way at once; nothing unless told. */
  sharing?: SharingMode;
  /** As in `OperationSource`. */
  answerLimit?: number | undefined;
  /** As in `CompiledSupergraphOptions`. */
  costs?: CompiledSupergraphOptions['costs'];
  /** Told of each operation that is to be executed. */
  observeUse?: UseObserver;
  /** What a supergraph waits for until it is served. */
  warmUp?: WarmUp;
  /** Told of the errors of every answer that has any. */
  observeErrors?: ErrorsObserver | undefined;
  logger: Logger;
}

/** Told for whom errors are. */
export type ErrorsObserver = (context: GatewayContext, errors: readonly AnswerError[]) => void;
