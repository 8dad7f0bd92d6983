import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeId } from '@tributary/prisma/ids/typed-id';
import { AccountsScene, claimsOf } from '../kit/accounts-scene.ts';

let scene: AccountsScene;
beforeAll(async () => {
  scene = await AccountsScene.start('account_sessions');
});
afterAll(() => scene?.stop());

describe('a session', () => {
  it('is refreshed with a new token each time', async () => {
    const { refreshToken, viewer } = await scene.newAccount('refreshing');
    const first = await scene.refresh(refreshToken);
    const second = await scene.refresh(first.refreshToken);
    expect(second).toMatchObject({ __typename: 'SessionOpened', viewer: { id: viewer.userId } });
    expect(new Set([refreshToken, first.refreshToken, second.refreshToken]).size).toBe(3);
  });

  it('ends when a spent token comes again', async () => {
    const { refreshToken } = await scene.newAccount('robbed');
    const { refreshToken: current } = await scene.refresh(refreshToken);
    expect(await scene.refresh(refreshToken)).toEqual({ __typename: 'SessionEnded', code: 'SESSION_ENDED' });
    expect(await scene.refresh(current)).toMatchObject({ __typename: 'SessionEnded' });
  });

  it('ends when a token comes again that was spent long ago', async () => {
    const { refreshToken } = await scene.newAccount('robbed-unnoticed');
    let { refreshToken: current } = await scene.refresh(refreshToken);
    for (let trade = 0; trade < 3; trade += 1) ({ refreshToken: current } = await scene.refresh(current));
    expect(await scene.refresh(refreshToken)).toMatchObject({ __typename: 'SessionEnded' });
    expect(await scene.refresh(current)).toMatchObject({ __typename: 'SessionEnded' });
  });

  it('gives one token for one, also to two who come at once', async () => {
    const { refreshToken } = await scene.newAccount('hasty');
    const answers = await Promise.all([scene.refresh(refreshToken), scene.refresh(refreshToken)]);
    const opened = answers.filter(({ __typename }) => __typename === 'SessionOpened');
    expect(opened).toHaveLength(1);
    expect(await scene.refresh(opened[0].refreshToken)).toMatchObject({ __typename: 'SessionEnded' });
  });

  it('survives a token that somebody made up for it', async () => {
    const { refreshToken, viewer } = await scene.newAccount('targeted');
    const { refreshToken: current } = await scene.refresh(refreshToken);
    const forged = `${viewer.sessionId}.${'A'.repeat(43)}.${'A'.repeat(43)}`;
    expect(await scene.refresh(forged)).toMatchObject({ __typename: 'SessionEnded' });
    expect(await scene.refresh(current)).toMatchObject({ __typename: 'SessionOpened' });
  });

  it('ends when it expires', async () => {
    const { refreshToken, viewer, id } = await scene.newAccount('absent');
    const sessionId = decodeId('session', viewer.sessionId);
    await scene.databases.shardOf(id).session.update({ where: { id: sessionId }, data: { expiresAt: new Date(0) } });
    expect(await scene.refresh(refreshToken)).toMatchObject({ __typename: 'SessionEnded' });
  });

  it('carries the role that the user has when it is refreshed', async () => {
    const { refreshToken, id } = await scene.newAccount('promoted');
    await scene.databases.shardOf(id).user.update({ where: { id }, data: { role: 'MERCHANT' } });
    const { accessToken } = await scene.refresh(refreshToken);
    expect(claimsOf(accessToken).role).toBe('MERCHANT');
  });

  it('is ended by logging out, once', async () => {
    const { refreshToken, viewer } = await scene.newAccount('leaving');
    const logOut = () => scene.ask('mutation { logOut { ended } }', { viewer });
    expect((await logOut()).data).toEqual({ logOut: { ended: true } });
    expect((await logOut()).data).toEqual({ logOut: { ended: false } });
    expect(await scene.refresh(refreshToken)).toMatchObject({ __typename: 'SessionEnded' });
    const anonymous = await scene.ask('mutation { logOut { ended } }');
    expect(anonymous.errors.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
  });

  it.each(['', 'nonsense', 'ses_x.y'])('is not refreshed with %j', async (token) => {
    expect(await scene.refresh(token)).toEqual({ __typename: 'SessionEnded', code: 'SESSION_ENDED' });
  });
});
