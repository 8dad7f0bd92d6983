import { type Viewer, viewerSchema } from '@tributary/runtime/viewer/viewer';
import { z } from 'zod';

/** What of a viewer decides how an operation is planned. */
const viewerKindSchema = viewerSchema.pick({ role: true, scopes: true });

/** An operation that is to be planned before somebody asks for it. */
export const hotOperationSchema = z.object({
  text: z.string(),
  /** What somebody is who asks for it; `null` for an anonymous viewer, and where all are answered alike. */
  viewer: z.nullable(viewerKindSchema),
});
export type HotOperation = z.output<typeof hotOperationSchema>;

/** Knows which operations are hot. */
export interface HotOperationSource {
  /**
   * The hottest first.
   * @throws Error when it cannot say
   */
  hottest(limit: number): Promise<readonly HotOperation[]>;
}

/** Somebody of the kind that asks for an operation, who is nobody: policies may be asked about them. */
export function viewerLike(kind: HotOperation['viewer']): Viewer | null {
  return kind && { ...kind, userId: 'usr_warm_up', sessionId: 'ses_warm_up' };
}
