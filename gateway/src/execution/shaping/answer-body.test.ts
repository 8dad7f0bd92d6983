import { describe, expect, it } from '@jest/globals';
import { answerBody } from './answer-body.ts';

describe('the body of an answer', () => {
  it('has errors before data', () => {
    expect(answerBody('{"a":null}', [{ message: 'no' }])).toBe('{"errors":[{"message":"no"}],"data":{"a":null}}');
  });

  it('has no errors where there are none', () => {
    expect(answerBody('null', [])).toBe('{"data":null}');
  });

  it('is bytes when it is long', () => {
    const dataText = JSON.stringify({ a: 'é😀'.repeat(10_000) });
    const body = answerBody(dataText, []);

    expect(body).toBeInstanceOf(Buffer);
    expect(body.toString()).toBe(`{"data":${dataText}}`);
  });
});
