import type { RunningSubgraphs } from '../subgraphs/start-subgraphs.ts';

/** What a contender is started on. */
export interface ContenderTarget extends Pick<RunningSubgraphs, 'supergraphFile' | 'urls'> {
  readonly port: number;
  /** JSON: the right answer by request body. */
  readonly answersFile: string;
  /** JSON: the rows by id that a subgraph has instead of a database. */
  readonly rowsFile: string;
}

/** A server that is measured. */
export interface Contender {
  readonly id: string;
  /** For the report. */
  readonly name: string;
  /** What is installed in `load/peers` is needed. */
  readonly isPeer: boolean;
  /** Requests of several clients that are under way at once may share work. */
  readonly isSharing: boolean;
  /** What follows `node`. */
  args(target: ContenderTarget): readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** It answers a gateway only: what signs requests to it. */
  readonly gatewayKey?: string;
}
