import { describe, expect, it } from '@jest/globals';
import { UNCACHEABLE_MS } from '@tributary/gateway/answer-cache/learned-scopes';
import { eventually } from '../kit/eventually.ts';
import { answerScene, type Said } from './answer-scene.ts';

const PUBLIC: Said = { cacheControl: 'max-age=60, public', tags: ['a'] };
const PRIVATE: Said = { cacheControl: 'max-age=60, private', tags: ['a'] };

/** An answer that is given when the test says so. */
function withheld() {
  const { promise, resolve } = Promise.withResolvers<Said>();
  return { promise, resolve };
}

describe('AnswerCache', () => {
  it('executes a query once for all callers of all gateways', async () => {
    const scene = answerScene();
    const [one, other] = [scene.openGateway(), scene.openGateway()];
    const asked = [one, other].flatMap(({ ask }) => ['x', 'y', 'z'].map((caller) => ask(caller)));
    expect(new Set(await Promise.all(asked)).size).toBe(1);
    expect(scene.executed).toEqual(['x']);
  });

  it('gives each caller an answer of their own where it is private, whoever finds out', async () => {
    const scene = answerScene();
    scene.say = () => PRIVATE;
    const gateways = [scene.openGateway(), scene.openGateway()];
    for (let round = 0; round < 3; round++) {
      for (const { ask } of gateways) {
        const callers = ['x', 'y', 'z'];
        const texts = await Promise.all(callers.map((caller) => ask(caller)));
        expect(texts).toEqual(callers.map((caller) => `{"data":{"a":"${caller}"}}`));
      }
    }
    // The one who found out is executed for again, as the first answer is kept for nobody.
    expect([...scene.executed].sort()).toEqual(['x', 'x', 'y', 'z']);
  });

  it('shows the failure of one caller to no other', async () => {
    const scene = answerScene();
    const first = withheld();
    scene.say = (caller) => (caller === 'x' ? first.promise : { ...PUBLIC, hasErrors: true });
    const { ask } = scene.openGateway();
    const asked = ['x', 'y', 'z'].map((caller) => ask(caller));
    await eventually(
      async () => scene.executed,
      (executed) => executed.length === 1,
    );
    first.resolve({ hasErrors: true });
    expect(await Promise.all(asked)).toEqual(['x', 'y', 'z'].map((caller) => `{"data":{"a":"${caller}"}}`));
  });

  it('neither waits for others nor asks the stores where an operation was uncacheable, until one tries again', async () => {
    const scene = answerScene();
    scene.say = () => ({ cacheControl: 'no-store' });
    const { ask } = scene.openGateway();
    await ask('x');
    const calls = { ...scene.calls };
    const first = withheld();
    scene.say = (caller) => (caller === 'slow' ? first.promise : { cacheControl: 'no-store' });
    const slow = ask('slow', { id: 1 });
    expect(await ask('y', { id: 1 })).toBe('{"data":{"a":"y"}}');
    first.resolve({ cacheControl: 'no-store' });
    await slow;
    expect(scene.calls).toEqual(calls);

    scene.clock.advance(UNCACHEABLE_MS);
    scene.say = () => PUBLIC;
    const asked = await Promise.all([ask('x'), ask('y'), ask('z')]);
    expect(new Set(asked).size).toBe(3);
    await ask('x');
    const executed = scene.executed.length;
    expect(await ask('y')).toBe(await ask('z'));
    expect(scene.executed).toHaveLength(executed);
  });

  it('serves what is stale at once, and one caller refreshes it', async () => {
    const scene = answerScene({ staleMs: 10_000, staleIfErrorMs: 10_000 });
    const { ask, answers } = scene.openGateway();
    await ask('x');
    scene.clock.advance(61_000);
    expect(await Promise.all([ask('y'), ask('z')])).toEqual(['{"data":{"a":"x"}}', '{"data":{"a":"x"}}']);
    await eventually(
      () => ask('z'),
      (text) => text === '{"data":{"a":"y"}}',
    );
    expect(scene.executed).toEqual(['x', 'y']);
    expect(answers.counters.of('stale')).toBeGreaterThanOrEqual(2);
  });

  it('serves what it has when it cannot be refreshed, for so long', async () => {
    const scene = answerScene({ staleMs: 0, staleIfErrorMs: 100_000 });
    const { ask } = scene.openGateway();
    await ask('x');
    scene.say = () => ({ ...PUBLIC, hasErrors: true });
    scene.clock.advance(61_000);
    expect(await ask('y')).toBe('{"data":{"a":"x"}}');
    scene.clock.advance(100_000);
    expect(await ask('z')).toBe('{"data":{"a":"z"}}');
  });

  it('serves what it has, unless that is invalidated, while it makes anew what a caller had no time for', async () => {
    const scene = answerScene({ staleMs: 0, staleIfErrorMs: 100_000 });
    const { ask } = scene.openGateway();
    await ask('x');
    scene.clock.advance(61_000);
    const behind = withheld();
    const isMadeBehind = () => scene.executed.length === 3;
    scene.say = () => (isMadeBehind() ? behind.promise : { ...PUBLIC, hasErrors: true });
    expect(await ask('late', {}, 0)).toBe('{"data":{"a":"x"}}');
    await eventually(async () => scene.executed, isMadeBehind);
    expect(await Promise.all([ask('y'), ask('z')])).toEqual(['{"data":{"a":"x"}}', '{"data":{"a":"x"}}']);
    expect(scene.executed).toEqual(['x', 'late', 'late']);

    await scene.coordination.invalidate({ tags: ['a'], positions: {} });
    expect(await ask('writer')).toBe('{"data":{"a":"writer"}}');
    behind.resolve(PUBLIC);
  });

  it('keeps nothing that was decided otherwise than its key says', async () => {
    const scene = answerScene();
    scene.say = () => ({ ...PUBLIC, decisionKey: '+1' });
    const { ask } = scene.openGateway();
    for (const caller of ['x', 'y']) expect(await ask(caller)).toBe(`{"data":{"a":"${caller}"}}`);
  });

  it('drops what a tag names on all gateways, and nothing else', async () => {
    const scene = answerScene();
    const [one, other] = [scene.openGateway(), scene.openGateway()];
    scene.say = () => ({ ...PUBLIC, tags: ['a'] });
    await one.ask('x', { id: 'a' });
    scene.say = () => ({ ...PUBLIC, tags: ['b'] });
    await one.ask('x', { id: 'b' });
    await other.ask('x', { id: 'a' });
    await scene.coordination.invalidate({ tags: ['a'], positions: {} });
    for (const { ask } of [one, other]) {
      expect(await ask('y', { id: 'b' })).toBe('{"data":{"a":"x"}}');
      expect(await ask('y', { id: 'a' })).toBe('{"data":{"a":"y"}}');
    }
  });

  it('keeps no answer that was read before its tag was invalidated', async () => {
    const scene = answerScene();
    const first = withheld();
    scene.say = (caller) => (caller === 'x' ? first.promise : PUBLIC);
    const { ask } = scene.openGateway();
    const early = ask('x');
    await eventually(
      async () => scene.executed,
      (executed) => executed.length === 1,
    );
    await scene.coordination.invalidate({ tags: ['a'], positions: {} });
    // Who asks from now on has seen the write.
    const late = ask('y');
    first.resolve(PUBLIC);
    expect([await early, await late]).toEqual(['{"data":{"a":"x"}}', '{"data":{"a":"y"}}']);
    expect(await ask('z')).toBe('{"data":{"a":"y"}}');
  });
});
