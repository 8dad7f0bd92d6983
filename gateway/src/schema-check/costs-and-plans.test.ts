import { composeServices } from '@apollo/composition';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { defaultCostLimits } from '../cost/cost-limits.ts';
import { checkSchema, isAcceptable } from './check-schema.ts';
import { reportAnnotations } from './report-annotations.ts';
import { reportMarkdown } from './report-markdown.ts';
import { reportText } from './report-text.ts';

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@listSize", "@cost"])';
const ONE_BOOK = '"The queries." type Query { "All." books: [Book!]! }\n"A book." type Book @key(fields: "id") {';

/** Books in one subgraph, and their stars there, too, or in a subgraph of their own. */
function shopWith({ size, hasOwnStars = false }: { size: number; hasOwnStars?: boolean }): string {
  const books = `${LINK}
${ONE_BOOK.replace('[Book!]!', `[Book!]! @listSize(assumedSize: ${size})`)} "Its id." id: ID! "Title." title: String ${hasOwnStars ? '' : '"From 0 to 5." stars: Int'} }`;
  const stars = `${LINK}
"A book." type Book @key(fields: "id") { "Its id." id: ID! ${hasOwnStars ? '"From 0 to 5." stars: Int' : '"More." more: Int'} }`;
  const { supergraphSdl, errors } = composeServices(
    Object.entries({ books, stars }).map(([name, sdl]) => ({
      name,
      url: `http://${name}.test`,
      typeDefs: parse(sdl),
    })),
  );
  if (!supergraphSdl) throw new Error(errors?.map(({ message }) => message).join('\n'));
  return supergraphSdl;
}

const titles = { client: 'web', name: 'Titles', body: '{ books { title } }' };
const stars = { client: 'hot', name: 'Stars', body: '{ books { stars } }' };
const base = shopWith({ size: 10 });
const dearer = { base, next: shopWith({ size: 60 }) };
const limitOf = (maximum: number) => ({ ...defaultCostLimits, operation: { maximum, isEnforced: true } });
const nowhere = () => undefined;

describe('what known operations cost', () => {
  it('is compared, and passes where it stays within the limit', async () => {
    const check = await checkSchema(dearer, [titles], { costs: limitOf(100) });
    expect(check.costs).toEqual([{ operation: 'Titles (web)', before: 10, after: 60, exceeded: [] }]);
    expect(isAcceptable(check)).toBe(true);
    expect(reportText(check, { base: 'main', isVerbose: false })).toContain('cost        Titles (web): 10 → 60\n');
    expect(reportMarkdown(check, { base: 'main' })).toContain('| Titles (web) | 10 → 60 |');
  });

  it('fails the check where it exceeds the limit from now on', async () => {
    const check = await checkSchema(dearer, [titles], { costs: limitOf(50) });
    expect(isAcceptable(check)).toBe(false);
    const text = reportText(check, { base: 'main', isVerbose: false });
    expect(text).toContain('cost        Titles (web): 10 → 60, too dear: 60 of 50\n');
    expect(text).toMatch(/Failed\.$/);
    expect(reportAnnotations(check, nowhere)).toContain('::error::Titles (web) costs 10 → 60, too dear: 60 of 50');
  });

  it('fails it for what one subgraph executes, too', async () => {
    const subgraphs = new Map([['books', { maximum: 50, isEnforced: true }]]);
    const check = await checkSchema(dearer, [titles], { costs: { ...defaultCostLimits, subgraphs } });
    expect(check.costs).toMatchObject([{ exceeded: ['60 of 50 in books'] }]);
  });

  it('does not fail it where it was so before, or a limit only measures', async () => {
    expect(isAcceptable(await checkSchema(dearer, [titles], { costs: limitOf(5) }))).toBe(true);
    const measured = { ...defaultCostLimits, operation: { maximum: 50, isEnforced: false } };
    expect(isAcceptable(await checkSchema(dearer, [titles], { costs: measured }))).toBe(true);
    expect((await checkSchema(dearer, [titles], { costs: 'off' })).costs).toEqual([]);
  });
});

describe('what is asked most', () => {
  it('has its plans and costs compared where nobody has published it, and each operation once', async () => {
    const next = shopWith({ size: 10, hasOwnStars: true });
    const again = { ...titles, client: 'hot', body: '{\n  books {\n    title\n  }\n}' };
    const check = await checkSchema({ base, next }, [titles], { hot: [stars, again] });
    expect(check.costs.map(({ operation }) => operation)).toEqual(['Titles (web)', 'Stars (hot)']);
    expect(check.plans).toEqual([
      { operation: 'Stars (hot)', before: { fetches: 1, steps: 1 }, after: { fetches: 2, steps: 2 } },
    ]);
    expect(reportText(check, { base: 'main', isVerbose: false })).toContain(
      'plan        Stars (hot): 1 fetch in 1 step → 2 fetches in 2 steps\n',
    );
    expect(reportMarkdown(check, { base: 'main' })).toContain(
      '| Stars (hot) | 1 fetch in 1 step | 2 fetches in 2 steps |',
    );
    expect(reportAnnotations(check, nowhere)).toContain('::notice::Stars (hot): 1 fetch in 1 step → 2 fetches');
  });
});
