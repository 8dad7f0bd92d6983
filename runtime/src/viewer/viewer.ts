import { z } from 'zod';

export const viewerRoles = ['CUSTOMER', 'MERCHANT', 'ADMIN'] as const;
export type ViewerRole = (typeof viewerRoles)[number];

/** Who is asking: taken from a verified access token, never from the request itself. */
export interface Viewer {
  /** `usr_…` */
  readonly userId: string;
  readonly role: ViewerRole;
  /** `ses_…` */
  readonly sessionId: string;
  /** What the token allows, such as `orders:read`. Empty for a token without scopes. */
  readonly scopes: readonly string[];
}

/** Parses a viewer out of claims or of the gateway's header. */
export const viewerSchema = z.object({
  userId: z.string().min(1),
  role: z.enum(viewerRoles),
  sessionId: z.string().min(1),
  /** Whoever says nothing of scopes grants none. */
  scopes: z.array(z.string().min(1)).readonly().default([]),
});
