import { type DocumentNode, type FieldNode, Kind, print, visit } from 'graphql';

/** An operation whose names do not meet the planner's, and what the client calls what was renamed. */
export interface SeparatedOperation {
  document: DocumentNode;
  /** The client's response key by the one in `document`. */
  clientNames: ReadonlyMap<string, string>;
}

/**
 * Makes every response key stand for one selection in the whole operation, and gives other keys to what a client selects under a
 * name that the planner uses for something else: `price: title` or `price(currency: EUR)` where another subgraph requires
 * `price`. The planner would take the one for the other; and it puts the fields of unlike types side by side where a subgraph
 * knows their interface as one type.
 */
export function separateClientNames(document: DocumentNode, plannerNames: ReadonlySet<string>): SeparatedOperation {
  const clientNames = new Map<string, string>();
  const keysBySelection = new Map<string, string>();
  const used = responseKeysOf(document);
  const taken = new Set<string>();

  /** The first selection of a name keeps it, unless the planner has it. */
  function keyFor(field: FieldNode, name: string): string {
    const selection = `${name}:${field.name.value}(${field.arguments?.map(print).join()})`;
    const known = keysBySelection.get(selection);
    if (known !== undefined) return known;
    const isAsThePlannerMeans = name === field.name.value && !field.arguments?.length;
    const keepsName = plannerNames.has(name) ? isAsThePlannerMeans : !taken.has(name);
    const key = keepsName ? name : unusedKey(name);
    taken.add(key);
    keysBySelection.set(selection, key);
    return key;
  }

  function unusedKey(name: string): string {
    let number = 0;
    while (used.has(`${name}__client${number}`)) number++;
    const key = `${name}__client${number}`;
    used.add(key);
    clientNames.set(key, name);
    return key;
  }

  const separated = visit(document, {
    Field: {
      leave(field) {
        const name = responseKeyOf(field);
        const key = keyFor(field, name);
        return key === name ? undefined : { ...field, alias: { kind: Kind.NAME, value: key } };
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
