import { encodeId } from '@tributary/prisma/ids/typed-id';
import {
  type CachedEntity,
  cachedEntity,
  type EntityCacheOptions,
  type Lifetime,
} from '@tributary/runtime/loaders/cached-entity';
import { rowShape } from '@tributary/runtime/loaders/value-shape';
import type { UserProfile } from './user-repository.ts';

/**
 * What everybody may see of a user. The e-mail address is left out: a cache that others share is no place for what few may
 * see, and who sees it asks for one user, not for many. Sessions and passwords are not kept either, because they decide who
 * somebody is: what was revoked has to be gone at once.
 */
export type PublicProfile = Omit<UserProfile, 'email'>;

/** How long a profile is kept. Writes invalidate: the time matters for what was changed past the application. */
export const profileLifetime: Lifetime = {
  ttlMs: 5 * 60_000,
  staleMs: 30_000,
  staleIfErrorMs: 10 * 60_000,
  missingTtlMs: 10_000,
};

const shape = rowShape<PublicProfile>({
  id: 'bigint',
  displayName: 'string',
  role: ['CUSTOMER', 'MERCHANT', 'ADMIN'],
  bio: 'string?',
  avatarUrl: 'string?',
});

/** The profiles of users in the cache of this subgraph. */
export function cachedProfiles(
  options: EntityCacheOptions,
  lifetime: Lifetime = profileLifetime,
): CachedEntity<PublicProfile> {
  return cachedEntity<PublicProfile>(options, { entity: 'profile', shape, lifetime });
}

/** The profile of a user. */
export function userTag(id: bigint): string {
  return `user:${encodeId('user', id)}`;
}

/** What may be kept of a profile. */
export function publicProfileOf({ id, displayName, role, bio, avatarUrl }: UserProfile): PublicProfile {
  return { id, displayName, role, bio, avatarUrl };
}
