import type { Scope } from '@tributary/runtime/lifecycle/scope';
import type { GatewayOptions } from '../gateway-options.ts';
import type { CompiledGateway } from '../supergraph/compiled-gateway.ts';
import { defaultSubscriptionLimits } from './subscription-limits.ts';
import { Subscriptions, type SubscriptionsOptions } from './subscriptions.ts';

/** What subscriptions are served with besides what a gateway is started with. */
export interface SubscriptionParts
  extends Pick<SubscriptionsOptions, 'admit' | 'operationCost' | 'verifier' | 'formatError'> {
  readonly gateway: CompiledGateway;
  readonly scope: Scope;
}

/**
 * Opens the subscriptions of a gateway; the scope ends them.
 * @returns `undefined` where nobody tells of events
 */
export function openSubscriptions(
  { viewerEvents: events, subscriptionLimits: limits = defaultSubscriptionLimits, logger }: GatewayOptions,
  { scope, ...parts }: SubscriptionParts,
): Subscriptions | undefined {
  if (!events) return undefined;
  return scope.own(new Subscriptions({ ...parts, events, limits, logger }), undefined, 'subscriptions');
}
