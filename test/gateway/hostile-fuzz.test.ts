import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createEntropy, type Entropy } from '../execution/entropy.ts';
import { expectPeace, type HostileScene, operationNames, startHostileScene } from './hostile-scene.ts';
import { replyWith } from './hostile-subgraph.ts';

/** Answers that are spoilt, each asked for by every operation. */
const RUNS = Number(process.env['TRIBUTARY_FUZZ_RUNS'] ?? 150);
const SEED = Number(process.env['TRIBUTARY_FUZZ_SEED'] ?? 1);
const TIMEOUT_MS = 20_000 + RUNS * 500;

let scene: HostileScene;

beforeAll(async () => {
  scene = await startHostileScene(20_000);
});
afterAll(() => scene.stop());
afterEach(() => expectPeace(scene));

/** Text that takes the place of a value; not all of it is JSON. */
const INTRUDERS = [
  'null',
  'true',
  '0',
  '-1',
  '0.5',
  '1e999',
  '9007199254740993',
  '""',
  '"\\ud800"',
  '"Review"',
  '"__proto__"',
  '[]',
  '[null]',
  '[[]]',
  '{}',
  '{"__proto__":{"id":"1","text":"polluted"}}',
  '{"__typename":"Author"}',
  '{"__typename":"Note","id":"1","text":"other"}',
  '{"message":"m","path":["best"],"extensions":{"code":"C"}}',
  'undefined',
] as const;

/** What can be found in JSON text: keys, strings, numbers, words and punctuators. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[-\w.+]+|[[\]{}:,]/g;

/** Spoils a JSON text at some of its tokens. */
function spoil(text: string, entropy: Entropy): string {
  const tokens = text.match(TOKEN) ?? [];
  const times = 1 + entropy.below(3);
  for (let i = 0; i < times && tokens.length > 0; i++) {
    const at = entropy.below(tokens.length);
    const [end, other] = [valueEnd(tokens, at), entropy.below(tokens.length)];
    entropy.pick([
      () => tokens.splice(at, end - at, entropy.pick(INTRUDERS)),
      () => tokens.splice(at, end - at, entropy.pick(INTRUDERS)),
      () => tokens.splice(at, end - at),
      () => tokens.splice(at, 0, ...tokens.slice(at, end), ','),
      () => tokens.splice(at, 1, ...tokens.slice(other, valueEnd(tokens, other))),
      () => tokens.splice(at, 1),
      () => tokens.splice(at),
    ])();
  }
  return tokens.join('');
}

/** Behind the last token of the value that begins at a token. */
function valueEnd(tokens: readonly string[], start: number): number {
  let depth = 0;
  for (let at = start; at < tokens.length; at++) {
    if (tokens[at] === '[' || tokens[at] === '{') depth++;
    if (tokens[at] === ']' || tokens[at] === '}') depth--;
    if (depth <= 0) return at + 1;
  }
  return tokens.length;
}

describe('a subgraph whose answers are spoilt at random', () => {
  it(
    'cannot make the gateway break its schema, lose what others answer, or die',
    async () => {
      let spoilt = 0;
      const numbers = fc.array(fc.nat(), { minLength: 8, maxLength: 16 });
      await fc.assert(
        fc.asyncProperty(numbers, async (decisions) => {
          scene.reviews.reply = (target, honest) => replyWith(target, spoil(honest, createEntropy(decisions)));
          for (const operation of operationNames) {
            const { data, errors, problems } = await scene.ask(operation);
            expect(problems).toEqual([]);
            expect(data.goods.map(({ id, name }) => ({ id, name }))).toEqual(scene.right['root fields'].data.goods);
            if (errors.length > 0) spoilt++;
          }
        }),
        { numRuns: RUNS, seed: SEED },
      );
      expect(spoilt).toBeGreaterThan(RUNS);
    },
    TIMEOUT_MS,
  );
});
