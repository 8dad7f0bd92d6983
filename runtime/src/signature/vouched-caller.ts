import { z } from 'zod';
import { type Viewer, viewerSchema } from '../viewer/viewer.ts';

/** What the gateway vouches for on every request to a subgraph. `viewer` is `null` for an anonymous caller. */
export interface VouchedCaller {
  readonly viewer: Viewer | null;
  /** Whether the caller may see what the request did. */
  readonly isExplained: boolean;
  /** The IP address that the request came from, if it is known. */
  readonly clientAddress?: string | undefined;
  /** The request's `Idempotency-Key`, a UUID in lower case. */
  readonly idempotencyKey?: string | undefined;
}

/** Unknown fields are dropped, so that a newer gateway may say more than an older subgraph understands. */
const callerSchema = z.object({
  viewer: viewerSchema.nullable(),
  isExplained: z.boolean(),
  clientAddress: z.string().optional(),
  idempotencyKey: z.string().optional(),
});

const outsideOfAscii = /[^ -~]/g;

/**
 * The text of the viewer header: JSON, with all that is not ASCII escaped. It is equal for callers whom a subgraph cannot tell apart.
 */
export function encodeCaller({ viewer, isExplained, clientAddress, idempotencyKey }: VouchedCaller): string {
  const claims = viewer && {
    userId: viewer.userId,
    role: viewer.role,
    sessionId: viewer.sessionId,
    scopes: viewer.scopes,
  };
  const text = JSON.stringify({ viewer: claims, isExplained, clientAddress, idempotencyKey });
  return text.replace(outsideOfAscii, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** @throws SyntaxError or ZodError for a text that `encodeCaller` does not make */
export function decodeCaller(claims: string): VouchedCaller {
  return callerSchema.parse(JSON.parse(claims));
}
