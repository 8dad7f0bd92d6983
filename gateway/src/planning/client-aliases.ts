import { type DocumentNode, type FieldNode, Kind, print, visit } from 'graphql';

/** An operation whose names do not meet the planner's, and what the client calls what was renamed. */
export interface SeparatedOperation {
  document: DocumentNode;
  /** The client's response key by the one in `document`. */
  clientNames: ReadonlyMap<string, string>;
}

/**
 * Gives other response keys to what a client selects under a name that the planner uses for something else: `price: title` or
 * `price(currency: EUR)` where another subgraph requires `price`. The planner would take the one for the other.
 */
export function separateClientNames(document: DocumentNode, plannerNames: ReadonlySet<string>): SeparatedOperation {
  const clientNames = new Map<string, string>();
  const keysBySelection = new Map<string, string>();
  const used = responseKeysOf(document);

  function keyFor(name: string, selection: string): string {
    let key = keysBySelection.get(selection);
    for (let i = 0; key === undefined; i++) {
      const candidate = `${name}__client${i}`;
      if (!used.has(candidate)) key = candidate;
    }
    used.add(key);
    keysBySelection.set(selection, key);
    clientNames.set(key, name);
    return key;
  }

  const separated = visit(document, {
    Field: {
      leave(field) {
        const name = responseKeyOf(field);
        const isAsThePlannerMeans = name === field.name.value && !field.arguments?.length;
        if (isAsThePlannerMeans || !plannerNames.has(name)) return undefined;
        const key = keyFor(name, `${name}:${field.name.value}(${field.arguments?.map(print).join()})`);
        return { ...field, alias: { kind: Kind.NAME, value: key } };
      },
    },
  });
  return { document: separated, clientNames };
}

function responseKeysOf(document: DocumentNode): Set<string> {
  const keys = new Set<string>();
  visit(document, { Field: (field) => void keys.add(responseKeyOf(field)) });
  return keys;
}

function responseKeyOf({ alias, name }: FieldNode): string {
  return alias?.value ?? name.value;
}
