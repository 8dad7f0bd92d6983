import { CodedError } from '@tributary/runtime/errors/coded-error';
import { boundedText } from '@tributary/runtime/input/fields';
import { parseInput } from '@tributary/runtime/input/parse-input';
import { z } from 'zod';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { userTag } from './cached-profile.ts';
import { displayName } from './display-name.ts';
import type { UserProfile } from './user-repository.ts';

const updateProfileInput = z.object({
  displayName: displayName.exactOptional(),
  bio: boundedText({ min: 0, max: 500 }).nullable().exactOptional(),
  avatarUrl: z
    .instanceof(URL)
    .refine((url) => url.protocol === 'https:', 'must be an https address')
    .transform((url) => url.href)
    .refine((href) => href.length <= 2_000, 'must have at most 2000 characters')
    .nullable()
    .exactOptional(),
});

/**
 * Changes a user's profile; fields that are left out stay as they are.
 *
 * @throws CodedError BAD_USER_INPUT; NOT_FOUND when the account is gone
 */
export async function updateProfile(
  { databases, users, writes }: AccountsDependencies,
  userId: bigint,
  input: unknown,
): Promise<UserProfile> {
  const changes = parseInput(updateProfileInput, input);
  const profile = await writes.run((cacheChanges) =>
    databases.withShardRetry(() =>
      databases.shardOf(userId).$transaction(async (tx) => {
        const updated = await users.updateProfile(tx, userId, changes);
        if (updated) await cacheChanges.invalidate(tx, userId, () => [userTag(userId)]);
        return updated;
      }),
    ),
  );
  if (!profile) throw new CodedError('NOT_FOUND', 'This account no longer exists');
  return profile;
}
