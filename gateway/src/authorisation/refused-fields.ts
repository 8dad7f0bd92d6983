import { type DocumentNode, type FieldNode, Kind, print, type SelectionSetNode, visit } from 'graphql';

/** An operation in which the fields that are refused have keys that no subgraph's data has, so that they are null. */
export interface SetApart {
  readonly document: DocumentNode;
  /** The client's response key of every refused field by the one in `document`. */
  readonly clientNames: ReadonlyMap<string, string>;
}

const TYPE_NAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/**
 * Gives refused fields response keys of their own, equal ones the same, since they are one in the answer. What the planner fetches for itself, such as a key that its client may not
 * see, cannot end up in them.
 * @param refused nodes of `document`
 */
export function setApart(document: DocumentNode, refused: ReadonlySet<FieldNode>): SetApart {
  if (refused.size === 0) return { document, clientNames: new Map() };
  const clientNames = new Map<string, string>();
  const keysBySelection = new Map<string, string>();
  const used = responseKeysOf(document);
  let number = 0;

  function keyFor(field: FieldNode): string {
    const name = responseKeyOf(field);
    const selection = `${name}:${field.name.value}(${field.arguments?.map(print).join()})`;
    const key = keysBySelection.get(selection) ?? unusedKey(name);
    keysBySelection.set(selection, key);
    return key;
  }

  function unusedKey(name: string): string {
    let key: string;
    do key = `${name}__refused${number++}`;
    while (used.has(key));
    clientNames.set(key, name);
    return key;
  }

  const renamed = visit(document, {
    // On entering, a field is still the node that was refused; what is below it is refused with it.
    Field: {
      enter(field) {
        if (!refused.has(field)) return undefined;
        const { selectionSet: _, ...leaf } = field;
        return { ...leaf, alias: { kind: Kind.NAME, value: keyFor(field) } };
      },
    },
  });
  return { document: renamed, clientNames };
}

/**
 * The document without the fields that were set apart. A field all of whose fields are refused is asked for its type alone: it
 * was not refused itself, and a mutation is to run although nothing of its result may be seen.
 * @param keys the response keys of the fields that were set apart
 */
export function withoutFields(document: DocumentNode, keys: ReadonlyMap<string, string>): DocumentNode {
  if (keys.size === 0) return document;
  return visit(document, {
    SelectionSet: {
      leave({ selections }): SelectionSetNode {
        const kept = selections.filter(
          (selection) => selection.kind !== Kind.FIELD || !keys.has(responseKeyOf(selection)),
        );
        return { kind: Kind.SELECTION_SET, selections: kept.length > 0 ? kept : [TYPE_NAME] };
      },
    },
  });
}

function responseKeysOf(document: DocumentNode): ReadonlySet<string> {
  const keys = new Set<string>();
  visit(document, { Field: (field) => void keys.add(responseKeyOf(field)) });
  return keys;
}

/** The key of a field in the answer. */
export function responseKeyOf({ alias, name }: FieldNode): string {
  return alias?.value ?? name.value;
}
