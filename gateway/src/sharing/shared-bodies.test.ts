import { expect, it } from '@jest/globals';
import { SharedBodies } from './shared-bodies.ts';

it('makes the body of an answer once, and that of another answer anew', () => {
  const bodies = new SharedBodies();
  const [one, other] = [
    { dataText: '1', errors: [] },
    { dataText: '1', errors: [] },
  ];
  let made = 0;
  const bodyOf = (answer: typeof one) =>
    bodies.bodyOf(answer, () => {
      made += 1;
      return `body ${made}`;
    });

  expect([bodyOf(one), bodyOf(other), bodyOf(one)]).toEqual(['body 1', 'body 2', 'body 1']);
});
