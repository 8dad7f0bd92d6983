import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from './answer-checker.ts';
import {
  type CheckedAnswer,
  expectFailedFetch,
  expectPeace,
  type HostileScene,
  operationNames,
  startHostileScene,
} from './hostile-scene.ts';
import { replyWith } from './hostile-subgraph.ts';

let scene: HostileScene;
let rightRoot: CheckedAnswer;
let rightEntities: CheckedAnswer;

beforeAll(async () => {
  scene = await startHostileScene(20_000);
  ({ 'root fields': rightRoot, entities: rightEntities } = scene.right);
});
afterAll(() => scene.stop());
afterEach(() => expectPeace(scene));

/** The right answer of the subgraph, for a test to change. */
interface Honest {
  data: { best: Json; latest: Json[]; _entities: Json[] } & Json;
  errors?: unknown;
  extensions?: unknown;
}

/** Lets the subgraph answer with a changed body; what `change` returns takes the place of all of it. */
function answerWith(change: (honest: Honest) => unknown): void {
  scene.reviews.reply = (target, text) => {
    const honest = JSON.parse(text);
    replyWith(target, JSON.stringify(change(honest) ?? honest));
  };
}

const invalid = (path: unknown[]) => ({ path, extensions: { code: 'SUBGRAPH_INVALID_RESPONSE', service: 'reviews' } });

/** The honest subgraph's part, whatever the other one does. */
function expectGoodsIn({ data }: CheckedAnswer): void {
  expect(data.goods.map(({ id, name }) => ({ id, name }))).toEqual(rightRoot.data.goods);
}

describe('a body of the wrong shape is no answer:', () => {
  it.each<[string, (honest: Honest) => unknown]>([
    ['data that is a list', ({ data }) => ({ data: [data] })],
    ['data that is text', () => ({ data: 'best' })],
    ['data that is missing', () => ({})],
    ['data that is null for no reason', () => ({ data: null })],
    ['errors that are no list', ({ data }) => ({ data, errors: 'none' })],
    ['errors that are an object', ({ data }) => ({ data, errors: { length: 1 } })],
    ['errors that are texts', ({ data }) => ({ data, errors: ['none'] })],
    ['errors that are null', () => ({ errors: [null] })],
    ['no errors and no data', () => ({ data: null, errors: [] })],
    ['a list', (honest) => [honest]],
    ['a number', () => 7],
  ])('%s', async (_case, change) => {
    answerWith(change);

    for (const operation of operationNames) await expectFailedFetch(scene, operation, 'SUBGRAPH_INVALID_RESPONSE');
  });
});

describe('entities that are not those asked for are none:', () => {
  it.each<[string, (honest: Honest) => unknown]>([
    ['one is missing', ({ data }) => void data._entities?.pop()],
    ['one is too many', ({ data }) => void data._entities?.push({ rating: 1 })],
    ['there are none', () => ({ data: { _entities: [] } })],
    ['they are no list', () => ({ data: { _entities: { 0: {}, length: 2 } } })],
    ['they are null for no reason', () => ({ data: { _entities: null } })],
    ['they are missing', () => ({ data: { other: [] } })],
  ])('%s', async (_case, change) => {
    answerWith(change);

    await expectFailedFetch(scene, 'entities', 'SUBGRAPH_INVALID_RESPONSE');
    await expectFailedFetch(scene, 'entities in two places', 'SUBGRAPH_INVALID_RESPONSE');
  });

  it.each<[string, unknown]>([
    ['text', 'first'],
    ['a list', [{ rating: 1 }]],
    ['a number', 7],
    ['true', true],
  ])('one is %s, and the other ones are kept', async (_case, entity) => {
    answerWith(({ data }) => void data._entities?.splice(0, 1, entity as Json));

    const { data, errors, problems } = await scene.ask('entities');

    expect(problems).toEqual([]);
    expect(data.goods[0]).toEqual({ ...rightRoot.data.goods[0], rating: null, favourite: null, related: null });
    expect(data.goods[1]).toEqual(rightEntities.data.goods[1]);
    expect(errors).toMatchObject([invalid(['goods', 0])]);
  });

  it('one is null, which is no error where the schema has nulls', async () => {
    answerWith(({ data }) => ({ data: { _entities: [null, data._entities?.[1]] } }));

    const { data, errors, problems } = await scene.ask('entities');

    expect([problems, errors]).toEqual([[], []]);
    expect(data.goods[0]).toEqual({ ...rightRoot.data.goods[0], rating: null, favourite: null, related: null });
  });
});

describe('a value that its field cannot have is null, with an error:', () => {
  const cases: [string, string, unknown][] = [
    ['a number for a text', 'text', 7],
    ['an object for a text', 'text', { toString: 'text' }],
    ['null for what cannot be null', 'text', null],
    ['nothing for what cannot be null', 'text', undefined],
    ['a text for an integer', 'stars', '7'],
    ['a fraction for an integer', 'stars', 1.5],
    ['an integer of 64 bits', 'stars', 2 ** 40],
    ['a list for a leaf', 'score', [1]],
    ['a text for a number', 'score', 'NaN'],
    ['a number for a boolean', 'isPublic', 1],
    ['an unknown value of an enum', 'mood', 'ANGRY'],
    ['a number for an enum', 'mood', 0],
    ['a fraction for an ID', 'id', 1.5],
    ['an object for a list', 'tags', { 0: 'a', length: 1 }],
    ['a text for a list', 'tags', 'abc'],
    ['a null in a list that has none', 'tags', ['a', null]],
    ['a list in a list', 'tags', [['a']]],
    ['a list for a list of lists', 'grid', [1, 2]],
    ['a list that is too deep', 'grid', [[[1]]]],
    ['a list for an object', 'author', [{ name: 'A' }]],
    ['a text for an object', 'author', 'A'],
    ['an empty object', 'author', {}],
    ['an object of another type', 'author', { __typename: 'Review', name: 'A', age: 1 }],
    ['an object of no type', 'author', { __typename: 7, name: 'A', age: 1 }],
    ['null for a scalar that cannot be null', 'facts', null],
  ];

  it.each(cases)('%s, in %s', async (_case, field, value) => {
    answerWith(({ data }) => {
      if (data.best) data.best[field] = value;
      for (const entity of data._entities ?? []) Object.assign(entity['favourite'] as Json, { [field]: value });
    });

    const [root, entities] = [await scene.ask('root fields'), await scene.ask('entities')];

    expect([...root.problems, ...entities.problems]).toEqual([]);
    expect(root.errors).toMatchObject([{ ...invalid([]), path: expect.arrayContaining(['best', field]) }]);
    expect(root.data.latest).toEqual(rightRoot.data.latest);
    expectGoodsIn(root);
    expect(entities.errors).toHaveLength(2);
    expect(entities.errors[0]).toMatchObject({ path: expect.arrayContaining(['goods', 0, 'favourite', field]) });
    expect(entities.data.goods.map(({ rating }) => rating)).toEqual(
      rightEntities.data.goods.map(({ rating }) => rating),
    );
  });

  it.each<[string, unknown]>([
    ['that is unknown', { __typename: 'Spaceship', id: '1' }],
    ['that is none of the interface', { __typename: 'Author', id: '1', name: 'A' }],
    ['that is inherited by every object', { __typename: 'constructor', id: '1' }],
    ['that is missing', { id: '1' }],
    ['that is the interface', { __typename: 'Item', id: '1' }],
  ])('an object of a type %s', async (_case, item) => {
    answerWith(({ data }) => {
      if (data.latest) data.latest[0] = item as Json;
    });

    const { data, errors, problems } = await scene.ask('root fields');

    expect(problems).toEqual([]);
    expect(data.latest).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'SUBGRAPH_INVALID_RESPONSE', service: 'reviews' } }]);
  });

  it.each<[string, string]>([
    ['a number beyond all numbers', '1e999'],
    ['one beyond them in a scalar of any form', '-1e999'],
  ])('%s', async (_case, number) => {
    scene.reviews.reply = (target, honest) => {
      const body = JSON.parse(honest);
      Object.assign(body.data.best ?? {}, { score: 'BIG', facts: 'BIG' });
      replyWith(target, JSON.stringify(body).replaceAll('"BIG"', number));
    };

    const { data, errors, problems } = await scene.ask('root fields');

    expect(problems).toEqual([]);
    expect(data.best).toBeNull();
    expect(errors.map(({ path }) => path?.at(-1))).toContain('facts');
  });
});

describe('what nests deeper than any stack', () => {
  const DEEP = 100_000;
  const lists = '['.repeat(DEEP) + ']'.repeat(DEEP);
  const objects = '{"a":'.repeat(DEEP) + 1 + '}'.repeat(DEEP);

  /** Puts a text in the place of a field of every review. */
  function answerWithDeep(field: string, text: string): void {
    scene.reviews.reply = (target, honest) => {
      const { data } = JSON.parse(honest) as Honest;
      for (const review of [data.best, ...(data._entities ?? []).map(({ favourite }) => favourite)]) {
        if (review) Object.assign(review, { [field]: 'DEEP' });
      }
      replyWith(target, JSON.stringify({ data }).replaceAll('"DEEP"', text));
    };
  }

  it.each<[string, string, string]>([
    ['lists for a text', 'text', lists],
    ['objects for a text', 'text', objects],
    ['lists for a list', 'tags', lists],
    ['lists for a list of lists', 'grid', lists],
    ['lists for an object', 'author', lists],
    ['objects for an object', 'author', objects],
  ])('is an error, and no more: %s', async (_case, field, text) => {
    answerWithDeep(field, text);

    for (const operation of operationNames) {
      const answer = await scene.ask(operation);
      expect(answer.problems).toEqual([]);
      expect(operation === 'root fields' ? ['best'] : ['goods', 'again']).toContain(answer.errors[0]?.path?.[0]);
      expect(answer.errors[0]?.extensions).toEqual({ code: 'SUBGRAPH_INVALID_RESPONSE', service: 'reviews' });
      expectGoodsIn(answer);
    }
  });

  it.each([
    ['lists', lists],
    ['objects', objects],
  ])('is shown where the schema has anything: %s', async (_case, text) => {
    answerWithDeep('extra', text);

    for (const operation of operationNames) {
      const { errors, problems } = await scene.ask(operation);
      expect([problems, errors]).toEqual([[], []]);
    }
  });

  it('is no matter in what nobody asked for', async () => {
    scene.reviews.reply = (target, honest) => replyWith(target, `{"extensions":${objects},${honest.slice(1)}`);

    expect(await scene.ask('root fields')).toEqual(rightRoot);
  });

  it('is left out of an error', async () => {
    scene.reviews.reply = (target) =>
      replyWith(target, `{"errors":[{"message":"deep","extensions":{"code":"DEEP","detail":${lists}}}]}`);

    const { errors, problems } = await scene.ask('root fields');

    expect(problems).toEqual([]);
    expect(errors).toMatchObject([{ message: 'deep', extensions: { code: 'DEEP', service: 'reviews' } }]);
  });

  it('is no JSON when it is not closed', async () => {
    scene.reviews.reply = (target) => replyWith(target, '['.repeat(DEEP));

    expect((await scene.ask('root fields')).errors).toMatchObject([invalid(['best']), invalid(['latest'])]);
  });
});

describe('an error that is not as errors are', () => {
  const best = { message: 'odd', path: ['best'], extensions: { code: 'ODD' } };

  it.each<[string, object, object]>([
    ['without a message', { message: undefined }, {}],
    ['with an empty message', { message: '' }, {}],
    ['with a message that is none', { message: { text: 'odd' } }, {}],
    ['with extensions that are a list', { extensions: [1] }, { code: 'DOWNSTREAM_SERVICE_ERROR' }],
    ['without extensions', { extensions: null }, { code: 'DOWNSTREAM_SERVICE_ERROR' }],
    ['with a code that is a number', { extensions: { code: 7 } }, { code: 'DOWNSTREAM_SERVICE_ERROR' }],
    ['with a code that is an object', { extensions: { code: {} } }, { code: 'DOWNSTREAM_SERVICE_ERROR' }],
    ['with a path that is text', { path: 'best' }, {}],
    ['with a path of objects', { path: [{}, null] }, {}],
    ['with a path of lists', { path: [['best']] }, {}],
    ['with a path beyond all numbers', { path: ['latest', 'BIG'] }, {}],
    ['with a negative index', { path: ['latest', -1] }, {}],
    ['with a fraction for an index', { path: ['latest', 0.5] }, {}],
    ['with an index beyond the list', { path: ['latest', 99] }, {}],
    ['with a path that goes on below a leaf', { path: ['best', 'stars', 'a'] }, {}],
    ['with a path that nobody asked for', { path: ['_service', 'sdl'] }, {}],
    ['with a path that every object has', { path: ['best', '__proto__', 'constructor'] }, {}],
    ['with an empty path', { path: [] }, {}],
    ['with odd locations', { locations: 'here' }, {}],
    ['that would set the status', { extensions: { code: 'ODD', http: { status: 500 } } }, {}],
  ])('%s is put right', async (_case, change, extensions) => {
    scene.reviews.reply = (target, honest) => {
      const body = JSON.parse(honest);
      if (body.data.best) body.errors = [{ ...best, ...change }];
      replyWith(target, JSON.stringify(body).replaceAll('"BIG"', '1e999'));
    };

    const { data, errors, problems } = await scene.ask('root fields');

    expect(problems).toEqual([]);
    expect(errors).toMatchObject([{ extensions: { code: 'ODD', service: 'reviews', ...extensions } }]);
    expect(data).toEqual(rightRoot.data);
  });

  it.each<[string, unknown[]]>([
    ['of no entity', ['_entities']],
    ['of an entity that nobody asked for', ['_entities', 99, 'rating']],
    ['of an entity before the first', ['_entities', -1, 'rating']],
    ['of something else', ['best', 'stars']],
    ['below a leaf', ['_entities', 0, 'rating', 'a', 5]],
  ])('at a path %s is put where the entities are', async (_case, path) => {
    answerWith(({ data }) => ({ data: { _entities: data._entities }, errors: [{ ...best, path }] }));

    const { data, errors, problems } = await scene.ask('entities');

    expect(problems).toEqual([]);
    expect(errors).toMatchObject([{ message: 'odd', extensions: { code: 'ODD', service: 'reviews' } }]);
    expect(errors[0]?.path?.[0]).toBe('goods');
    expect(data).toEqual(rightEntities.data);
  });

  it('and ten thousand others do not hide the answer', async () => {
    answerWith(({ data }) => ({ data, errors: Array.from({ length: 10_000 }, () => best) }));

    const { data, problems } = await scene.ask('root fields');

    expect(problems).toEqual([]);
    expect(data).toEqual(rightRoot.data);
  });
});
