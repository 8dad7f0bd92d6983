import { describe, expect, it } from '@jest/globals';
import { readSubgraphAnswer } from '../subgraph-fetch/subgraph-answer.ts';
import { copyAnswer } from './copy-answer.ts';

function received(text: string) {
  return { answer: readSubgraphAnswer(text, { status: 200, service: 's' }), responseBytes: text.length };
}

/** All objects and lists of a value that can be changed. */
function partsOf(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap(partsOf)];
}

const text = JSON.stringify({
  data: { a: [{ b: [[1, { c: null }], []] }, null, 'x'], d: { e: { f: true } } },
  errors: [{ message: 'm', path: ['a', 0], extensions: { code: 'C', more: { deep: [{}] } } }, { message: 'n' }],
  extensions: { x: { y: [1] } },
});

describe('a copy of an answer', () => {
  it('equals it', () => {
    expect(copyAnswer(received(text))).toEqual(received(text));
  });

  it.each([
    ['without data', { errors: [{ message: 'm' }] }],
    ['with data that is null', { data: null, errors: [{ message: 'm' }] }],
  ])('equals one %s', (_, answer) => {
    const source = received(JSON.stringify(answer));
    expect(copyAnswer(source)).toStrictEqual(source);
  });

  it('shares nothing that can be changed with it', () => {
    const source = received(text);
    const { data, errors, extensions } = copyAnswer(source).answer;
    const parts = new Set(partsOf([source.answer.data, source.answer.extensions]));
    for (const { extensions: more } of source.answer.errors) for (const part of partsOf(more)) parts.add(part);

    const copied = partsOf([data, extensions, errors.map(({ extensions: more }) => more)]);
    expect(copied.length).toBeGreaterThan(15);
    expect(copied.filter((part) => parts.has(part))).toEqual([]);
    expect(errors).not.toBe(source.answer.errors);
  });

  it('has keys that every object inherits as keys', () => {
    const { data } = copyAnswer(received('{"data":{"__proto__":{"__proto__":{"a":1}},"constructor":{"b":2}}}')).answer;

    expect(JSON.stringify(data)).toBe('{"__proto__":{"__proto__":{"a":1}},"constructor":{"b":2}}');
    expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
  });
});
