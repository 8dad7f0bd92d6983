import type { Logger } from '../logging/logger.ts';
import type { FieldLimits } from '../rate-limit/field-limits.ts';
import type { GatewayKeySource } from '../signature/gateway-keys.ts';
import type { ServiceCertificateFiles } from '../tls/service-certificate.ts';

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
  readonly logger: Logger;
}
