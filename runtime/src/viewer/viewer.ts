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
}

/** Parses a viewer out of claims or of the gateway's header. */
export const viewerSchema = z.object({
  userId: z.string().min(1),
  role: z.enum(viewerRoles),
  sessionId: z.string().min(1),
});
