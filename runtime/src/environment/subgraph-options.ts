import type { Logger } from '../logging/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { FieldLimits } from '../rate-limit/field-limits.ts';
import type { GatewayKeySource } from '../signature/gateway-keys.ts';
import type { ServiceCertificateFiles } from '../tls/service-certificate.ts';
import type { Tracing } from '../tracing/trace-span.ts';

/** What every subgraph is started with; a subgraph's own options add what it reads and writes. */
export interface SubgraphOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** The secrets shared with the gateway; any of them may have signed a request. */
  readonly signingKeys: GatewayKeySource;
  /** As in `SubgraphServerOptions`. */
  readonly signatureWindowMs?: number;
  /** As in `SubgraphServerOptions`. */
  readonly certificate?: ServiceCertificateFiles | undefined;
  /** As in `HttpServerOptions`. */
  readonly stopNoticeMs?: number;
  /** Whether introspection and `_service` are answered. */
  readonly isDevelopment: boolean;
  /** As in `SubgraphServerOptions`. */
  readonly fieldLimits?: FieldLimits | undefined;
  /** As in `SubgraphServerOptions`. */
  readonly metrics?: Metrics | undefined;
  /** As in `SubgraphServerOptions`. */
  readonly requestLogPerSecond?: number | undefined;
  /** As in `SubgraphServerOptions`. */
  readonly tracing?: Tracing | undefined;
  readonly logger: Logger;
}
