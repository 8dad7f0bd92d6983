import { timeOf } from '@tributary/prisma/ids/id';
import { decodeId, encodeId } from '@tributary/prisma/ids/typed-id';
import type { SubgraphResolvers } from '@tributary/runtime/graphql/subgraph-resolvers';
import { findIdempotencyKey } from '@tributary/runtime/input/idempotency-key';
import { pageArguments } from '@tributary/runtime/pagination/connection';
import { requireRole, requireViewer } from '@tributary/runtime/viewer/guards';
import { DateTimeResolver, EmailAddressResolver, URLResolver, UUIDResolver } from 'graphql-scalars';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import type { AccountsContext } from './context.ts';
import { readEmail } from './email-access.ts';
import { listUsers } from './list-users.ts';
import type { ShownUser } from './loaders.ts';
import { logIn } from './log-in.ts';
import { logOut, logOutEverywhere } from './log-out.ts';
import { findNode } from './node.ts';
import type { OpenedSession } from './opened-session.ts';
import { refreshSession } from './refresh-session.ts';
import { register } from './register.ts';
import { updateProfile } from './update-profile.ts';

interface UsersArguments {
  first?: number | null;
  after?: string | null;
}

interface LogInInput {
  email: string;
  password: string;
}

interface RegisterInput {
  idempotencyKey?: string | null;
}

type None = Record<string, never>;

/** The resolvers of the schema: they check the viewer, call, and shape. A user travels between them as its row. */
export function createResolvers(dependencies: AccountsDependencies): SubgraphResolvers<AccountsContext> {
  return {
    Query: {
      me: (_: unknown, _args: None, { viewer, loaders }: AccountsContext) =>
        viewer && loaders.userById.load(decodeId('user', viewer.userId)),
      user: (_: unknown, { id }: { id: string }, { loaders }: AccountsContext) =>
        loaders.userById.load(decodeId('user', id)),
      users(_: unknown, args: UsersArguments, { viewer }: AccountsContext) {
        requireRole(viewer, 'ADMIN');
        return listUsers(dependencies, pageArguments(args));
      },
      node: (_: unknown, { id }: { id: string }, { loaders }: AccountsContext) => findNode(loaders, id),
    },

    Mutation: {
      register: (
        _: unknown,
        { input }: { input: RegisterInput },
        { clientAddress, idempotencyKey }: AccountsContext,
      ) => {
        const { idempotencyKey: field, ...account } = input;
        const key = findIdempotencyKey({ field, header: idempotencyKey });
        return register(dependencies, account, { idempotencyKey: key, clientAddress });
      },
      logIn: (_: unknown, { input }: { input: LogInInput }, { clientAddress }: AccountsContext) =>
        logIn(dependencies, { ...input, clientAddress }),
      refreshSession: (_: unknown, { refreshToken }: { refreshToken: string }) =>
        refreshSession(dependencies, refreshToken),
      logOut: async (_: unknown, _args: None, { viewer }: AccountsContext) => ({
        ended: await logOut(dependencies, requireViewer(viewer)),
      }),
      logOutEverywhere: async (_: unknown, _args: None, { viewer }: AccountsContext) => ({
        endedSessions: await logOutEverywhere(dependencies, requireViewer(viewer)),
      }),
      async updateProfile(_: unknown, { input }: { input: unknown }, { viewer }: AccountsContext) {
        const userId = decodeId('user', requireViewer(viewer).userId);
        return { user: await updateProfile(dependencies, userId, input) };
      },
    },

    User: {
      __resolveReference: ({ id }: { id: string }, { loaders }: AccountsContext) =>
        loaders.userById.load(decodeId('user', id)),
      id: ({ id }: ShownUser) => encodeId('user', id),
      joinedAt: ({ id }: ShownUser) => timeOf(id),
      email: (user: ShownUser, _args: None, { viewer, loaders }: AccountsContext) => readEmail(user, viewer, loaders),
    },

    SessionOpened: {
      viewer: ({ userId }: OpenedSession, _args: None, { loaders }: AccountsContext) => loaders.userById.load(userId),
    },

    DateTime: DateTimeResolver,
    EmailAddress: EmailAddressResolver,
    URL: URLResolver,
    UUID: UUIDResolver,
  };
}
