import type { Databases } from '@tributary/prisma/clients/databases';
import type { AnswerPolicy } from '@tributary/runtime/answer-policy/answer-policy';
import type { CachedEntity } from '@tributary/runtime/loaders/cached-entity';
import { createRowLoader } from '@tributary/runtime/loaders/row-loader';
import { type PublicProfile, publicProfileOf, userTag } from './cached-profile.ts';
import type { UserProfile, UserRepository } from './user-repository.ts';

/** A user as resolvers get it: its e-mail address may have to be asked for apart. */
export type ShownUser = PublicProfile & Partial<Pick<UserProfile, 'email'>>;

export interface AccountsLoaderOptions {
  readonly databases: Databases;
  readonly users: UserRepository;
  readonly answerPolicy: AnswerPolicy;
  /** Where profiles are kept beyond the request. */
  readonly cached?: CachedEntity<PublicProfile> | undefined;
}

/** The loaders of one request. */
export type AccountsLoaders = ReturnType<typeof createLoaders>;

/** Makes the loaders of one request. */
export function createLoaders({ databases, users, answerPolicy, cached }: AccountsLoaderOptions) {
  const databaseOf = (id: bigint) => databases.databaseNameOf(id);
  const findProfiles = (ids: readonly bigint[], database: string) => users.findProfiles(database, ids);
  const findPublicProfiles = async (ids: readonly bigint[], database: string) =>
    (await findProfiles(ids, database)).map(publicProfileOf);

  return {
    userById: createRowLoader<ShownUser>({
      name: 'userById',
      databaseOf,
      load: cached ? findPublicProfiles : findProfiles,
      idOf: ({ id }) => id,
      tags: { answerPolicy, ofKey: (id) => [userTag(id)] },
      cached,
    }),

    /** With the e-mail address, so never kept. Who may see it is checked before. */
    wholeProfileById: createRowLoader({
      name: 'wholeProfileById',
      databaseOf,
      load: findProfiles,
      idOf: ({ id }) => id,
      tags: { answerPolicy, ofKey: (id) => [userTag(id)] },
    }),
  };
}
