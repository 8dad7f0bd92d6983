import type { Scope } from '@tributary/runtime/lifecycle/scope';
import { createFailureLog } from '@tributary/runtime/logging/failure-log';
import type { Logger } from '@tributary/runtime/logging/logger';
import type { ServiceCertificate } from '@tributary/runtime/tls/service-certificate';
import type { HeadersOf } from '../subgraph-fetch/subgraph-client.ts';
import { createRefusalCollector, type RefusalCollector } from './refusal-collector.ts';
import { type AuditOptions, createRefusalSender } from './refusal-sender.ts';

/** Starts what tells of refusals; the scope stops it. `undefined` where nobody is to be told. */
export function openAudit(
  options: AuditOptions | undefined,
  {
    scope,
    logger,
    ...asGateway
  }: { headersOf: HeadersOf; certificate?: ServiceCertificate | undefined; scope: Scope; logger: Logger },
): RefusalCollector | undefined {
  if (options === undefined) return undefined;
  const sender = scope.own(createRefusalSender(options, asGateway), undefined, 'sender of refusals');
  const onError = createFailureLog({ logger, component: 'audit' });
  return scope.own(createRefusalCollector({ send: sender.send, onError }), undefined, 'collector of refusals');
}
