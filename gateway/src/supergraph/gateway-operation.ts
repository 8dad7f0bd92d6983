import type { Positions } from '@tributary/runtime/cache/positions';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { WrittenAnswer } from '../execution/compiled-operation.ts';
import type { GatewayContext } from '../gateway-context.ts';
import type { OperationIdentifier } from '../planning/compiled-supergraph.ts';
import type { JsonObject } from '../subgraph-fetch/json-object.ts';
import type { ReceivedAnswer } from '../subgraph-fetch/subgraph-client.ts';

/** A validated operation with the variables of one request. */
export interface GatewayOperation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  readonly variables: Readonly<JsonObject>;
  readonly context: GatewayContext;
}

/** An operation, whoever sends it. */
export type ServedOperation = Pick<GatewayOperation, 'schema' | 'document' | 'operationName'>;

/** Tells an operation from all others together with the version of the supergraph that it is for. */
export interface VersionedIdentifier {
  readonly version: string;
  readonly identify: OperationIdentifier;
}

/** A query, and who is to be told of every answer that a subgraph gives for it. */
export interface ObservedQuery extends GatewayOperation {
  readonly onReceived: (received: ReceivedAnswer) => void;
  /** How far databases have to be which it is answered from. */
  readonly minimumPositions: Positions;
}

/** An answer, and what was decided about the viewer when it was made. */
export interface ObservedAnswer extends WrittenAnswer {
  readonly decisionKey: string;
}
