import { CodedError } from '../errors/coded-error.ts';
import { type CursorCodec, idCursor } from './cursor-codec.ts';

/** @see https://relay.dev/graphql/connections.htm */
export interface Connection<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly nodes: readonly T[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/** What a repository needs to read a page: it asks for `first + 1` rows behind `after`. */
export interface PageArguments<P = bigint> {
  readonly first: number;
  readonly after: P | null;
}

interface GivenArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

const defaultFirst = 20;
const maxFirst = 100;

/**
 * Checks a connection's arguments: `first` from 1 to 100, 20 when not given; `after` a cursor of `codec` (default: of ids).
 *
 * @throws CodedError PAGE_SIZE_OUT_OF_RANGE, INVALID_CURSOR
 */
export function pageArguments(args: GivenArguments): PageArguments;
export function pageArguments<P>(args: GivenArguments, options: { codec: CursorCodec<P> }): PageArguments<P>;
export function pageArguments<P>(
  args: GivenArguments,
  options?: { codec: CursorCodec<P> },
): PageArguments<P> | PageArguments {
  const first = args.first ?? defaultFirst;
  if (!Number.isInteger(first) || first < 1 || first > maxFirst) {
    throw new CodedError('PAGE_SIZE_OUT_OF_RANGE', `first has to be from 1 to ${maxFirst}, not ${first}`, {
      extensions: { minimum: 1, maximum: maxFirst },
    });
  }
  const after = args.after ?? null;
  if (after === null) return { first, after };
  return options ? { first, after: options.codec.decode(after) } : { first, after: idCursor.decode(after) };
}

/**
 * A connection of at most `first` rows.
 *
 * @param rows the rows behind `after`, one more than `first` if there are so many: the extra one only says that there is a next page
 * @param cursorOf the position of a row, which `codec` (default: of ids) makes opaque
 */
export function toConnection<T>(
  rows: readonly T[],
  first: number,
  cursorOf: (row: T) => bigint,
  after: bigint | null,
): Connection<T>;
export function toConnection<T, P>(
  rows: readonly T[],
  first: number,
  cursorOf: (row: T) => P,
  after: P | null,
  codec: CursorCodec<P>,
): Connection<T>;
export function toConnection<T, P>(
  rows: readonly T[],
  first: number,
  cursorOf: (row: T) => P & bigint,
  after: P | null,
  codec: CursorCodec<P> | CursorCodec<bigint> = idCursor,
): Connection<T> {
  const nodes = rows.slice(0, first);
  const edges = nodes.map((node) => ({ cursor: codec.encode(cursorOf(node)), node }));
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage: after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
