import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { getLocation, type Location, parse, Source, visit } from 'graphql';
import type { SubgraphEntry } from '../composition/supergraph-config.ts';

/** Where something is said in the schema of a subgraph; `line` counts from 1. */
export interface SchemaPlace {
  readonly file: string;
  readonly line: number;
}

/**
 * Finds schema coordinates in the schemas of subgraphs.
 * @returns the place of a coordinate, or of the nearest thing around it; `undefined` where there is none
 */
export async function readSchemaPlaces(
  subgraphs: readonly SubgraphEntry[],
): Promise<(coordinate: string) => SchemaPlace | undefined> {
  const places = new Map<string, SchemaPlace>();
  for (const { schemaFile } of subgraphs) {
    const source = new Source(await readFile(schemaFile, 'utf8'), relative(process.cwd(), schemaFile));
    const note = (coordinate: string, loc: Location | undefined) => {
      if (!loc || places.has(coordinate)) return;
      places.set(coordinate, { file: source.name, line: getLocation(source, loc.start).line });
    };
    visit(parse(source), {
      enter(node, _key, _parent, _path, ancestors) {
        if (!('name' in node) || node.name === undefined || node.loc === undefined) return undefined;
        const around = ancestors.flatMap((ancestor) =>
          'kind' in ancestor && 'name' in ancestor && ancestor.name ? [ancestor.name.value] : [],
        );
        // A directive that is used has a name, too, and is nothing that changes have as a coordinate.
        if (!node.kind.endsWith('Definition') && !node.kind.endsWith('Extension')) return false;
        const [type, field] = [...around, node.name.value];
        const argument = around.length > 1 ? `(${node.name.value}:)` : '';
        note([type, field].filter(Boolean).join('.') + argument, node.name.loc);
        return undefined;
      },
    });
  }
  return (coordinate) => {
    const member = coordinate.replace(/\(.*$/, '');
    return places.get(coordinate) ?? places.get(member) ?? places.get(member.split('.')[0] ?? member);
  };
}
