import { describe, expect, it } from '@jest/globals';
import { joinOperations } from './joined-operation.ts';

const asking = (selection: string, variables = '', rest = '') =>
  `query A__b__1($representations:[_Any!]!${variables}){_entities(representations:$representations){${selection}}}${rest}`;

describe('operations for entities are one', () => {
  it('with a list and a variable for each', () => {
    expect(joinOperations([asking('...on A{x}'), asking('...on B{y}')])).toEqual({
      text: 'query A__b__1($representations0:[_Any!]!$representations1:[_Any!]!){entities0:_entities(representations:$representations0){...on A{x}}entities1:_entities(representations:$representations1){...on B{y}}}',
      lists: [
        { key: 'entities0', variable: 'representations0' },
        { key: 'entities1', variable: 'representations1' },
      ],
    });
  });

  it('whose fragments are told apart, and whose variables are the same', () => {
    const one = asking('...on A{...F}', ',$n:Int', ' fragment F on A{x(n:$n)...G}fragment G on A{z}');
    const other = asking('...on B{...F}', ',$n:Int', ' fragment F on B{y(n:$n)}');
    expect(joinOperations([one, other])?.text).toBe(
      'query A__b__1($representations0:[_Any!]!$n:Int$representations1:[_Any!]!){entities0:_entities(representations:$representations0){...on A{...F_0}}entities1:_entities(representations:$representations1){...on B{...F_1}}}fragment F_0 on A{x(n:$n)...G_0}fragment G_0 on A{z}fragment F_1 on B{y(n:$n)}',
    );
  });
});

describe('operations for entities stay apart', () => {
  const plain = asking('...on A{x}');

  it.each([
    ['declare a variable differently', asking('...on A{x(n:$n)}', ',$n:Int'), asking('...on A{x(n:$n)}', ',$n:Int=1')],
    ['have a directive', plain, asking('...on A{x}').replace('{_entities', '@live{_entities')],
    [
      'have a variable that is called like one of ours',
      plain,
      asking('...on A{x(n:$representations0)}', ',$representations0:Int'),
    ],
    ['ask for more than one list', plain, asking('...on A{x}', '').replace('){_', '){__typename _')],
  ])('when they %s', (_, one, other) => {
    expect(joinOperations([one, other])).toBeUndefined();
  });
});
