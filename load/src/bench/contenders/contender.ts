import type { RunningSubgraphs } from '../subgraphs/start-subgraphs.ts';
import type { CallerSecrets } from './request-headers.ts';

/** What a contender is started on. */
export interface ContenderTarget
  extends Pick<RunningSubgraphs, 'supergraphFile' | 'securedSupergraphFile' | 'urls' | 'revocationsUrl'> {
  readonly port: number;
  /** JSON: the right answer by request body. */
  readonly answersFile: string;
  /** JSON: the rows by id that a subgraph has instead of a database. */
  readonly rowsFile: string;
  /** PEM: what verifies access tokens. */
  readonly tokenKeyFile: string;
}

/** A server that is measured. */
export interface Contender extends CallerSecrets {
  readonly id: string;
  /** For the report. */
  readonly name: string;
  /** What is installed in `load/peers` is needed. */
  readonly isPeer: boolean;
  /** Requests of several clients that are under way at once may share work. */
  readonly isSharing: boolean;
  /** What follows `node`. */
  args(target: ContenderTarget): readonly string[];
  environment?(target: ContenderTarget): Readonly<Record<string, string>>;
  /** The id of another that is the same without what this one does besides. */
  readonly withoutId?: string;
}
