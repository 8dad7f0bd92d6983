import { isDriverAdapterError } from '@prisma/driver-adapter-utils';
import type { UnavailableReason } from '../errors/database-unavailable-error.ts';
import { messageOf, propertyOf } from '../errors/thrown-value.ts';
import { READ_ONLY_TRANSACTION, sqlStateOf } from './sql-state.ts';

/**
 * Why a node could not be asked: it cannot be reached, all connections to it were busy for too long, it was asked to write and is
 * no primary, or nobody waits for its answer any more.
 */
export type ConnectionFailure = UnavailableReason;

const UNREACHABLE_KINDS = new Set(['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TlsConnectionError']);
const UNREACHABLE_CODES = new Set<unknown>([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
]);
// Class 08 is a broken connection; 57P01 to 57P03 are a server that shuts down, crashed or starts; with 25P03 a server ends a
// connection that was silent for too long in a transaction.
const UNREACHABLE_STATES = /^(08...|57P0[123]|25P03)$/;
const TOO_MANY_CONNECTIONS = '53300';
// pg and pg-pool throw plain errors without a code for these.
const UNREACHABLE_MESSAGES = /^(Connection terminated|Client has encountered a connection error|Query read timeout)/;
const OVERLOADED_MESSAGE = 'timeout exceeded when trying to connect';

/** Tells the failures of a connection from those of a statement, for which it answers `undefined`. */
export function connectionFailureOf(error: unknown): ConnectionFailure | undefined {
  if (isDriverAdapterError(error) && UNREACHABLE_KINDS.has(error.cause.kind)) return 'unreachable';
  const state = sqlStateOf(error);
  if (state === TOO_MANY_CONNECTIONS) return 'overloaded';
  if (state === READ_ONLY_TRANSACTION) return 'without-primary';
  if (state !== undefined && UNREACHABLE_STATES.test(state)) return 'unreachable';
  const message = messageOf(error);
  if (message === OVERLOADED_MESSAGE) return 'overloaded';
  const isUnreachable = UNREACHABLE_CODES.has(propertyOf(error, 'code')) || UNREACHABLE_MESSAGES.test(message);
  return isUnreachable ? 'unreachable' : undefined;
}
