import type { ApolloServerPlugin } from '@apollo/server';
import type { Metrics } from '@tributary/runtime/metrics/metrics';
import type { DocumentNode } from 'graphql';
import type { GatewayContext } from '../gateway-context.ts';
import type { OperationList } from '../persisted-operations/operation-list.ts';
import { ErrorCounts } from './error-counts.ts';
import { KnownOperationStats } from './known-operation-stats.ts';
import { OperationOutcome } from './operation-outcome.ts';
import type { OperationStats } from './operation-stats.ts';

/** Measures the operations of a gateway: how many, how they end and how long they take. */
export class OperationMetrics {
  readonly #stats: KnownOperationStats;
  readonly #errors: ErrorCounts;
  /** Makes Apollo Server tell what is asked, and of the errors of its answers. */
  readonly plugin: ApolloServerPlugin<GatewayContext>;

  /** @param list the operations that are published now, which are told apart */
  constructor(metrics: Metrics, list: () => OperationList) {
    const stats = new KnownOperationStats(metrics, list);
    this.#stats = stats;
    this.#errors = new ErrorCounts(metrics);
    this.plugin = {
      async requestDidStart() {
        return {
          async didResolveOperation({ source, document, contextValue: { outcome } }) {
            if (outcome) outcome.stats = stats.of(document, source);
          },
          async willSendResponse({ response: { body }, contextValue: { outcome } }) {
            if (body.kind === 'single') outcome?.note(body.singleResult.errors ?? []);
          },
        };
      },
    };
  }

  /**
   * Notes an operation that has arrived.
   * @param isHurried whether its client has said how long it may take
   */
  began(isHurried = false): OperationOutcome {
    return new OperationOutcome(this.#stats.other, this.#errors, isHurried);
  }

  /** The statistics of an operation. */
  statsOf(document: DocumentNode, text: string): OperationStats {
    return this.#stats.of(document, text);
  }

  /**
   * Notes a request that ended before anybody looked at its operations, or a batch that ended before they did.
   * @param isHurried as above
   */
  turnedAway(error: unknown, isHurried = false): void {
    const outcome = this.began(isHurried);
    outcome.noteThrown(error);
    outcome.ended();
  }
}
