import type { ConcurrencyLimit } from '../concurrency/concurrency-limit.ts';
import type { Logger } from '../logging/logger.ts';
import type { HttpTraffic } from '../metrics/http-traffic.ts';
import type { ServiceCertificate } from '../tls/service-certificate.ts';
import type { Tracing } from '../tracing/trace-span.ts';
import type { CorsOptions } from './cors.ts';
import type { HttpHandler } from './http-message.ts';
import type { HttpTimeouts } from './http-timeouts.ts';
import type { BodyReader } from './read-json-body.ts';
import type { Readiness } from './readiness.ts';
import type { RecallOptions } from './recall.ts';
import type { HttpRoute } from './router.ts';
import type { HeaderList } from './security-headers.ts';

/** What an HTTP server is to answer, and within which limits. */
export interface HttpServerOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly bodyLimitBytes: number;
  /** Serves by https; requests then say whether the caller has shown a certificate of the same authority. */
  readonly certificate?: ServiceCertificate | undefined;
  /** Reads the body of a POST. Default: one JSON object, and a refusal of everything else. */
  readonly readBody?: BodyReader;
  readonly isReady: () => Promise<Readiness>;
  /** POST and GET `/graphql`. */
  readonly handleGraphql: HttpHandler;
  /** Asked before it; then bodies are read as JSON and parsed by what is said here, not by `readBody`. */
  readonly recall?: RecallOptions | undefined;
  /** How many GraphQL requests may be busy: those beyond are refused before they are parsed, but for recalled ones. */
  readonly concurrency?: ConcurrencyLimit | undefined;
  /** How many connections there may be; as many as the system allows unless told. */
  readonly mostConnections?: number | undefined;
  /** GET `/`. */
  readonly onLanding?: HttpHandler;
  /** More paths, such as public keys. */
  readonly routes?: Readonly<Record<string, HttpRoute>>;
  readonly cors?: CorsOptions;
  /** Told of GraphQL requests; absent where nothing is measured. */
  readonly traffic?: HttpTraffic | undefined;
  readonly logger: Logger;
  /** Records the traces of GraphQL requests; nothing is traced unless told. */
  readonly tracing?: Tracing | undefined;
  /** As in `RequestLogOptions`; 0, which logs none, unless told. */
  readonly requestLogPerSecond?: number | undefined;
  /** For handlers that set none of that name. Default: `securityHeaders`. */
  readonly defaultHeaders?: HeaderList;
  readonly timeouts?: Partial<HttpTimeouts>;
  /**
   * How long `stop()` goes on serving while `/health/ready` says that it stops, so that load balancers can turn away before
   * connections are refused. Default 0.
   */
  readonly stopNoticeMs?: number;
  /** How long `stop()` then waits for requests under way. Default 8,000: with no notice, within the limit of `runService`. */
  readonly drainLimitMs?: number;
}
