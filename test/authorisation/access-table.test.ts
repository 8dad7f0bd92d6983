import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readProtectedSupergraph } from '@tributary/gateway/authorisation/protected-supergraph';
import { buildSchema, isObjectType } from 'graphql';
import { type GraphAnswer, startTestGraph, type TestGraph } from '../kit/test-graph.ts';
import { type AccessRow, mutationRows, queryRows } from './access-rows.ts';
import { type AccessScene, setAccessScene } from './access-scene.ts';
import { type Way, waysTo } from './access-ways.ts';
import { type ViewerName, viewerNames } from './viewers.ts';

let graph: TestGraph;
let scene: AccessScene;
beforeAll(async () => {
  graph = await startTestGraph({ name: 'access_table' });
  scene = await setAccessScene(graph);
}, 120_000);
afterAll(() => graph?.stop());

/** A field reached in one way. */
interface Case {
  readonly row: AccessRow;
  readonly way: Way;
}

const casesOf = (rows: readonly AccessRow[]): [string, string, Case][] =>
  rows.flatMap((row) => waysTo(typeOf(row)).map((way): [string, string, Case] => [row.field, way.name, { row, way }]));

describe('whoever may see a field does, and nobody else, in every way', () => {
  it.each(casesOf(queryRows))('%s by %s', async (_field, _way, { row, way }) => {
    const path = way.pathOf(fieldOf(row));
    const answers = await askAll({ row, way });

    for (const [viewer, { data, errors }] of answers) {
      const seen = { viewer, value: at(data, path), codes: errors.map(({ extensions }) => extensions.code) };
      if (row.allowed.includes(viewer)) {
        expect(seen).toEqual({ viewer, value: seen.value, codes: [] });
        expect([viewer, seen.value ?? 'nothing']).toEqual([viewer, seen.value]);
      } else if (row.unauthorised.includes(viewer)) {
        expect(seen).toEqual({ viewer, value: nothing(seen.value), codes: ['UNAUTHORIZED_FIELD_OR_TYPE'] });
        expect(isOnTheWay(errors[0]?.path ?? [], path)).toBe(true);
      } else {
        // A field that is not for others is forbidden; somebody else's object looks like one that is not there.
        expect(seen).toEqual({
          viewer,
          value: nothing(seen.value),
          codes: seen.codes.filter((code) => code === 'FORBIDDEN'),
        });
      }
    }
  });
});

describe('whoever may do something passes the gateway, and for anybody else no subgraph is asked', () => {
  it.each(casesOf(mutationRows))('%s by %s', async (_field, _way, { row, way }) => {
    const answers = await askAll({ row, way });

    for (const [viewer, { data, errors, explain }] of answers) {
      const refusals = errors.filter(({ extensions }) => extensions.code === 'UNAUTHORIZED_FIELD_OR_TYPE');
      const isRefused = row.unauthorised.includes(viewer);
      expect({ viewer, refused: refusals.map(({ path }) => path), fetches: explain?.fetches.length }).toEqual({
        viewer,
        refused: isRefused ? [way.pathOf(fieldOf(row))] : [],
        fetches: isRefused ? 0 : 1,
      });
      if (isRefused) expect([viewer, data]).toEqual([viewer, null]);
    }
  });
});

describe('the table', () => {
  it('has a row for every field of queries and mutations that the supergraph protects', async () => {
    const { sdl, rules } = readProtectedSupergraph(
      await readFile(new URL('../../gateway/supergraph.graphql', import.meta.url), 'utf8'),
    );
    const types = Object.values(buildSchema(sdl, { assumeValidSDL: true }).getTypeMap()).filter(isObjectType);
    const asked = types.filter(({ name }) => name !== 'Subscription');
    const fields = asked.flatMap((type) =>
      Object.keys(type.getFields())
        .filter((field) => rules && rules.requirementsOf(type.name, field).length > 0)
        .map((field) => `${type.name}.${field}`),
    );

    expect([...queryRows, ...mutationRows].map(({ field }) => field).sort()).toEqual(fields.sort());
  });

  it('reaches every field in some way, and leads each viewer to one end', () => {
    for (const row of [...queryRows, ...mutationRows]) {
      expect(waysTo(typeOf(row)).length).toBeGreaterThan(3);
      expect(row.allowed.filter((viewer) => row.unauthorised.includes(viewer))).toEqual([]);
    }
  });
});

async function askAll({ row, way }: Case): Promise<[ViewerName, GraphAnswer][]> {
  const selection = typeof row.selection === 'string' ? row.selection : row.selection(scene.objects);
  const query = way.document(selection, scene.objects);
  return Promise.all(
    viewerNames.map(async (viewer): Promise<[ViewerName, GraphAnswer]> => {
      const token = scene.tokens[viewer];
      return [viewer, await graph.ask({ query, isExplained: true, ...(token !== undefined && { token }) })];
    }),
  );
}

function typeOf({ field }: AccessRow): string {
  return field.split('.')[0] ?? '';
}

function fieldOf({ field }: AccessRow): string {
  return field.split('.')[1] ?? '';
}

/** The value at a path of an answer; `undefined` where the way to it ends earlier, which is not there at all. */
function at(data: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce((value: unknown, key) => (value === null ? null : Reflect.get(Object(value), key)), data);
}

/** Both are as good as nothing. */
function nothing(value: unknown): null | undefined {
  return value === undefined ? undefined : null;
}

/** Whether an error's path, in which `@` stands for every item, is that of a field or of something around it. */
function isOnTheWay(errorPath: readonly (string | number)[], path: readonly (string | number)[]): boolean {
  return (
    errorPath.length > 0 &&
    errorPath.every((step, index) => step === path[index] || (step === '@' && typeof path[index] === 'number'))
  );
}
