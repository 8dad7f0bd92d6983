import { describe, expect, it } from '@jest/globals';
import { readSubgraphAnswer } from './subgraph-answer.ts';

function read(body: unknown, status = 200) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return readSubgraphAnswer(text, { status, service: 'books' });
}

describe('the answer of a subgraph', () => {
  it('keeps the code, message and path of its errors and names the subgraph', () => {
    const error = { message: 'No such book', path: ['book', 0], extensions: { code: 'NOT_FOUND', shelf: 3 } };

    expect(read({ data: { book: null }, errors: [error] })).toEqual({
      data: { book: null },
      errors: [
        { message: 'No such book', path: ['book', 0], extensions: { code: 'NOT_FOUND', shelf: 3, service: 'books' } },
      ],
      extensions: {},
    });
  });

  it('does not let a subgraph set the HTTP status of the whole answer, pass on a stack or pose as another', () => {
    const extensions = { code: 'X', http: { status: 500 }, stacktrace: ['at …'], exception: {}, service: 'accounts' };

    const { errors } = read({ errors: [{ message: 'm', extensions, locations: [{ line: 1, column: 1 }] }] });

    expect(errors).toEqual([{ message: 'm', extensions: { code: 'X', service: 'books' } }]);
  });

  it('counts with any HTTP status when it has errors', () => {
    expect(read({ errors: [{ message: 'm' }] }, 401).errors).toHaveLength(1);
  });

  it.each<[string, unknown]>([
    ['objects', [{}]],
    ['negative indices', ['books', -1]],
    ['fractions', ['books', 0.5]],
    ['text', 'books'],
  ])('drops a path of %s', (_case, path) => {
    expect(read({ errors: [{ message: 'm', path }] }).errors[0]).not.toHaveProperty('path');
  });

  it('drops a path beyond all numbers, which would come to clients as null', () => {
    const { errors } = read('{"errors":[{"message":"m","path":["books",1e999]}]}');

    expect(errors[0]).not.toHaveProperty('path');
  });

  it.each([undefined, '', 7])('has a message where an error has %p for one', (message) => {
    expect(read({ errors: [{ message }] }).errors[0]).toHaveProperty('message', 'An error without a message');
  });

  it.each<[string, unknown, number]>([
    ['no JSON', '<html>', 200],
    ['nothing', '', 200],
    ['a list', [], 200],
    ['null', null, 200],
    ['neither data nor errors', {}, 200],
    ['null data without errors', { data: null }, 200],
    ['data that is a list', { data: [] }, 200],
    ['errors that are no list', { errors: 'boom' }, 200],
    ['an error that is no object', { errors: ['boom'] }, 200],
    ['data under an HTTP error', { data: { a: 1 } }, 500],
  ])('is refused when it is %s', (_case, body, status) => {
    expect(() => read(body, status)).toThrow();
  });
});
