import { type ConstDirectiveNode, type DocumentNode, Kind, print } from 'graphql';
import { accessDirectivesOf, untypedArgument } from '../authorisation/access-directives.ts';
import type { SchemaChange } from './schema-change.ts';

/** What a supergraph says of its parts besides what clients see. */
interface Parts {
  readonly subgraphs: ReadonlySet<string>;
  /** By type and subgraph, for example `Product in REVIEWS`: the keys by which the subgraph finds it. */
  readonly keys: ReadonlyMap<string, ReadonlySet<string>>;
  /** By coordinate, of every type and field: what a viewer must be to see it; empty where nothing is asked. */
  readonly access: ReadonlyMap<string, string>;
}

/**
 * What has changed between two supergraphs that no query for the schema shows: subgraphs, the keys of entities, and who may see what.
 * @throws Error when one of them asks for an authorisation that is not known
 */
export function findFederationChanges(base: DocumentNode, next: DocumentNode): SchemaChange[] {
  const before = partsOf(base);
  const after = partsOf(next);
  return [...subgraphChanges(before, after), ...keyChanges(before, after), ...accessChanges(before, after)];
}

function subgraphChanges(before: Parts, after: Parts): SchemaChange[] {
  return [
    ...missing(before.subgraphs, after.subgraphs).map((name) =>
      invisible('dangerous', 'SUBGRAPH_REMOVED', name, `Subgraph '${name}' is asked no longer`),
    ),
    ...missing(after.subgraphs, before.subgraphs).map((name) =>
      invisible('safe', 'SUBGRAPH_ADDED', name, `Subgraph '${name}' was added`),
    ),
  ];
}

/** Composition has found another way to every field; it may be a longer one. */
function keyChanges(before: Parts, after: Parts): SchemaChange[] {
  const changes: SchemaChange[] = [];
  for (const place of new Set([...before.keys.keys(), ...after.keys.keys()])) {
    const [type = place] = place.split(' ');
    const [old, now] = [before.keys.get(place) ?? new Set<string>(), after.keys.get(place) ?? new Set<string>()];
    for (const key of missing(old, now)) {
      changes.push(invisible('dangerous', 'KEY_REMOVED', type, `${place} is no longer found by '${key}'`));
    }
    for (const key of missing(now, old)) {
      changes.push(invisible('safe', 'KEY_ADDED', type, `${place} is also found by '${key}'`));
    }
  }
  return changes;
}

/** What is new, or gone, is told by what clients see. */
function accessChanges(before: Parts, after: Parts): SchemaChange[] {
  const changes: SchemaChange[] = [];
  for (const [coordinate, now] of after.access) {
    const old = before.access.get(coordinate);
    if (old === undefined || old === now) continue;
    if (now === '') {
      const message = `'${coordinate}' is open to everybody: it asked for ${old}`;
      changes.push({ severity: 'dangerous', kind: 'ACCESS_OPENED', coordinate, message, affects: [coordinate] });
      continue;
    }
    const message = `'${coordinate}' asks its viewer for ${now}${old === '' ? '' : ` instead of ${old}`}`;
    changes.push({ severity: 'breaking', kind: 'ACCESS_RESTRICTED', coordinate, message, affects: [coordinate] });
  }
  return changes;
}

function invisible(severity: 'safe' | 'dangerous', kind: string, coordinate: string, message: string): SchemaChange {
  return { severity, kind, coordinate, message, affects: [coordinate] };
}

function missing(all: ReadonlySet<string>, from: ReadonlySet<string>): string[] {
  return [...all].filter((item) => !from.has(item));
}

/** @see https://specs.apollo.dev/join/v0.5/ */
function partsOf(supergraph: DocumentNode): Parts {
  const accessNames = accessDirectivesOf(supergraph);
  const subgraphs = new Set<string>();
  const keys = new Map<string, Set<string>>();
  const access = new Map<string, string>();
  const noteAccess = (coordinate: string, directives: readonly ConstDirectiveNode[] = []) => {
    const asked = directives.filter(({ name }) => accessNames.has(name.value)).map(print);
    access.set(coordinate, asked.sort().join(' '));
  };

  for (const definition of supergraph.definitions) {
    if (definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'join__Graph') {
      for (const { name } of definition.values ?? []) subgraphs.add(name.value);
    }
    if (!('name' in definition) || definition.kind === Kind.OPERATION_DEFINITION) continue;
    if (definition.kind === Kind.FRAGMENT_DEFINITION || definition.kind === Kind.DIRECTIVE_DEFINITION) continue;
    const typeName = definition.name.value;
    noteAccess(typeName, definition.directives);
    for (const directive of definition.directives ?? []) {
      const key = directive.name.value === 'join__type' ? untypedArgument(directive, 'key') : undefined;
      if (typeof key !== 'string' || untypedArgument(directive, 'resolvable') === false) continue;
      const place = `${typeName} in ${untypedArgument(directive, 'graph')}`;
      keys.set(place, (keys.get(place) ?? new Set()).add(key));
    }
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    for (const field of definition.fields ?? []) noteAccess(`${typeName}.${field.name.value}`, field.directives);
  }
  return { subgraphs, keys, access };
}
