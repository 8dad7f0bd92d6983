import type { Viewer, ViewerRole } from '@tributary/runtime/viewer/viewer';

/** Decides whether a viewer is let in; `null` is an anonymous one. Whatever it throws means no. */
export type Policy = (viewer: Viewer | null) => boolean | Promise<boolean>;

/** The policies that `@policy` names. One that is not there lets nobody in. */
export type Policies = ReadonlyMap<string, Policy>;

/** The policy that lets in viewers of some roles. */
export function rolePolicy(roles: readonly ViewerRole[]): Policy {
  return (viewer) => viewer !== null && roles.includes(viewer.role);
}
