import { type Sql as PrismaSql, sqltag, empty as theEmpty, join as theJoin } from '@prisma/client/runtime/client';

/** A piece of SQL with its values apart, to be put into a larger one or into `$queryRaw`. */
export type Sql = PrismaSql;

/** Prisma's tag for pieces of SQL that depend on no schema: every `${…}` is a value or another piece, never text. */
export const sql = sqltag;

/** Puts pieces, at least one, or values together. */
export const join = theJoin;

/** No SQL at all. */
export const empty = theEmpty;
